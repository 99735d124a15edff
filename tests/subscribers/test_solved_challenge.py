"""The proof of work of a form: only a solved challenge of ours, in time and once (S08)."""

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proof_maker import sealed, solved
from sample_readers import KEYS, NOW
from sample_sign_ups import limits, register, sign_up

from subscribers.proof import LIVES, ProofOfWork
from subscribers.signup import Answer
from subscribers.tokens import keyring

WORK = ProofOfWork(KEYS)
NAMES = st.sampled_from(["algorithm", "challenge", "salt", "signature", "number", "else"])
JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.just("SHA-256"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
)


@pytest.fixture(scope="module")
def proof():
    return solved(WORK.challenge(NOW))


def test_a_solved_challenge_of_ours_is_a_proof_until_it_is_over(proof):
    assert WORK.read(sealed(proof), NOW) == proof["challenge"]
    assert WORK.read(sealed(proof), NOW + LIVES - timedelta(seconds=1)) == proof["challenge"]
    assert WORK.read(sealed(proof), NOW + LIVES) is None


def test_no_other_is(proof):
    assert ProofOfWork(keyring(["another secret of the tests"])).read(sealed(proof), NOW) is None
    for change in (
        {"number": proof["number"] + 1},
        {"number": str(proof["number"])},
        {"number": True},
        {"signature": "0" * 64},
        {"signature": "é"},
        {"challenge": "0" * 64},
        {"salt": proof["salt"].replace("expires=", "expires=9")},
        {"salt": f"expires=99999999999&{proof['salt']}"},
        {"salt": proof["salt"] + str(proof["number"])[:1], "number": int(str(proof["number"])[1:] or 0)},
        {"algorithm": "SHA-1"},
        {"salt": 7},
    ):
        assert WORK.read(sealed(proof | change), NOW) is None, change


IN_BASE64 = st.one_of(st.binary(), st.builds(lambda told: json.dumps(told).encode(), JSON))


@given(st.one_of(st.text(), IN_BASE64.map(lambda told: base64.b64encode(told).decode())))
def test_whatever_else_comes_is_none_and_never_an_error(text):
    assert WORK.read(text, NOW) is None


def test_two_challenges_differ():
    assert WORK.challenge(NOW)["challenge"] != WORK.challenge(NOW)["challenge"]


def test_a_proof_serves_once_whichever_process_sees_it_and_then_the_stricter_limit_holds(database):
    bounds = limits(unstamped_per_ip_hour=1)
    answers = [
        register(database, sign_up(f"reader{number}@example.org", proof="one"), bounds=bounds).answers[0]
        for number in range(4)
    ]
    assert answers == [Answer.ACCEPTED, Answer.ACCEPTED, Answer.AGAIN, Answer.AGAIN]


def test_in_one_group_too_it_serves_once(database):
    group = [sign_up(f"reader{number}@example.org", proof="one") for number in range(3)]
    assert register(database, *group, bounds=limits(unstamped_per_ip_hour=1)).answers == (
        Answer.ACCEPTED,
        Answer.ACCEPTED,
        Answer.AGAIN,
    )
