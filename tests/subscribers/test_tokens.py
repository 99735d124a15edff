import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.tokens import TOKEN_CHARACTERS, BadTokenError, Purpose, keyring, number_in

OLD, NEW = "the first secret, from the first year", "the second secret, after a leak of one"
RING = keyring([OLD])
NUMBERS = st.integers(0, 2**40 - 1)
PURPOSES = st.sampled_from(list(Purpose))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(PURPOSES, NUMBERS)
def test_a_token_reads_back_as_the_number_it_was_made_for(purpose, number):
    token = RING.sign(purpose, number)
    assert len(token) == TOKEN_CHARACTERS == 30
    assert set(token) <= set(ALPHABET)
    assert RING.read(purpose, token) == number


@pytest.mark.parametrize(
    ("purpose", "number", "token"),
    [
        (Purpose.UNSUBSCRIBE, 0, "YwAAAAAAq-doC3FaNVZwxbDhSxMqdQ"),
        (Purpose.UNSUBSCRIBE, 2**40 - 1, "Y_______2CVeRqeW9_F2TpzJmoHzqA"),
        (Purpose.PREFERENCES, 1, "JwAAAAABS4jPvVn8ljkf0Dz0WG5Pew"),
        (Purpose.BOUNCE, 1, "AAAAAAABWjY879AiXRkgcCxXOgj5Bg"),
    ],
)
def test_the_tokens_in_mails_of_years_ago_are_still_the_tokens_of_today(purpose, number, token):
    assert RING.sign(purpose, number) == token
    assert RING.read(purpose, token) == number


def test_so_is_one_that_is_bound_to_an_address():
    assert RING.sign(Purpose.PREFERENCES, 7, bound_to="ada@example.org") == "JwAAAAAH2c4Zt1B--bGTGRxGafmsaw"


def test_the_marks_of_years_ago_are_still_the_marks_of_today():
    assert RING.sign_caseless(Purpose.BOUNCE, 7) == "000000000007021cc5e812324f001841dc115c041321"
    assert RING.fingerprint("message-id", "daily-headlines 2026-03-14 7") == "e1d66235304636dda4f9412c55f2f157"
    assert RING.address_hash("ada@example.org") == "374820c27ed19dc9fee2470e66e1bd81"


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_a_fingerprint_is_hmac_sha_256_under_a_key_for_its_purpose(secret, text):
    key = hmac.digest(secret.encode(), b"headline-digest message-id", "sha256")
    expected = hmac.digest(key, text.encode(), "sha256").hex()[:32]
    assert keyring([secret]).fingerprint("message-id", text) == expected


@given(PURPOSES, PURPOSES, NUMBERS)
def test_a_token_for_one_purpose_is_worthless_for_another(made_for, tried_for, number):
    token = RING.sign(made_for, number)
    if made_for is tried_for:
        assert RING.read(tried_for, token) == number
    else:
        with pytest.raises(BadTokenError, match="not one of ours"):
            RING.read(tried_for, token)


@given(NUMBERS, st.emails(), st.emails())
def test_a_token_bound_to_an_address_is_worthless_for_another_and_for_none(number, address, other):
    token = RING.sign(Purpose.PREFERENCES, number, bound_to=address)
    assert (len(token), number_in(token)) == (TOKEN_CHARACTERS, number)
    assert RING.read(Purpose.PREFERENCES, token, bound_to=address) == number
    for holder in {other, ""} - {address}:
        with pytest.raises(BadTokenError, match="not one of ours"):
            RING.read(Purpose.PREFERENCES, token, bound_to=holder)


@given(NUMBERS, st.integers(0, TOKEN_CHARACTERS - 1), st.sampled_from(ALPHABET))
def test_a_token_with_another_character_anywhere_is_refused(number, place, character):
    token = RING.sign(Purpose.UNSUBSCRIBE, number)
    forged = token[:place] + character + token[place + 1 :]
    if forged == token:
        return
    with pytest.raises(BadTokenError):
        RING.read(Purpose.UNSUBSCRIBE, forged)


def test_another_spelling_of_the_last_bits_is_refused():
    # 22 bytes leave four bits of the last character unused: sixteen spellings decode to the same bytes.
    token = RING.sign(Purpose.UNSUBSCRIBE, 7)
    raw = base64.urlsafe_b64decode(token + "==")
    others = [token[:-1] + last for last in ALPHABET if base64.urlsafe_b64decode(token[:-1] + last + "==") == raw]
    assert len(others) == 16
    for other in others:
        if other != token:
            with pytest.raises(BadTokenError):
                RING.read(Purpose.UNSUBSCRIBE, other)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token + "\n",
        lambda token: token[:-1] + "=",
        lambda token: token[:-1] + "+",
        lambda token: token[:-1] + "/",
        lambda token: token[:-1] + "é",
        lambda token: token[:-1] + "\ud800",
        lambda token: token[:-1] + " ",
        lambda token: token.swapcase(),
        lambda _token: "",
        lambda _token: "!" * TOKEN_CHARACTERS,
        lambda _token: "=" * TOKEN_CHARACTERS,
        lambda _token: "A" * TOKEN_CHARACTERS,
        lambda _token: "A" * 1_000_000,
    ],
)
def test_a_cut_stretched_or_respelt_token_is_refused_with_a_sentence(mangle):
    with pytest.raises(BadTokenError, match=r"^this link "):
        RING.read(Purpose.PREFERENCES, mangle(RING.sign(Purpose.PREFERENCES, 12_345)))


@given(st.text(max_size=40) | st.text(ALPHABET, min_size=30, max_size=30))
def test_an_arbitrary_text_is_no_token(text):
    with pytest.raises(BadTokenError):
        RING.read(Purpose.BOUNCE, text)


@pytest.mark.parametrize("number", [-1, 2**40])
def test_a_number_that_has_no_room_is_not_signed(number):
    with pytest.raises(OverflowError):
        RING.sign(Purpose.UNSUBSCRIBE, number)


def test_the_secrets_of_another_site_read_nothing_of_ours():
    with pytest.raises(BadTokenError):
        keyring([NEW]).read(Purpose.UNSUBSCRIBE, RING.sign(Purpose.UNSUBSCRIBE, 1))


def test_after_a_new_secret_old_links_still_lead_where_they_led():
    rotated = keyring([NEW, OLD])
    assert rotated.read(Purpose.UNSUBSCRIBE, RING.sign(Purpose.UNSUBSCRIBE, 99)) == 99
    assert rotated.sign(Purpose.UNSUBSCRIBE, 99) == keyring([NEW]).sign(Purpose.UNSUBSCRIBE, 99)
    assert rotated.sign(Purpose.UNSUBSCRIBE, 99) != RING.sign(Purpose.UNSUBSCRIBE, 99)


def test_a_new_secret_leaves_the_hashes_of_addresses_as_they_were():
    rotated = keyring([NEW, OLD])
    assert rotated.address_hash("ada@example.org") == RING.address_hash("ada@example.org")
    assert rotated.fingerprint("message-id", "x") == RING.fingerprint("message-id", "x")


def test_hashes_differ_by_address_purpose_and_secret_and_hide_the_address():
    ada = RING.address_hash("ada@example.org")
    assert len(ada) == 32
    assert ada == RING.fingerprint("address", "ada@example.org")
    assert len({ada, RING.address_hash("bob@example.org"), RING.fingerprint("message-id", "ada@example.org")}) == 3
    assert ada != keyring([NEW]).address_hash("ada@example.org")


@given(PURPOSES, NUMBERS)
def test_the_caseless_form_is_the_same_token_in_hexadecimal(purpose, number):
    caseless = RING.sign_caseless(purpose, number)
    assert len(caseless) == 44
    assert caseless == caseless.lower()
    assert base64.urlsafe_b64encode(bytes.fromhex(caseless)).rstrip(b"=").decode() == RING.sign(purpose, number)
