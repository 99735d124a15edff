"""Nobody learns from an answer what is known of an address: all are alike, byte by byte (S06, B12)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from at_work import RING, AtWork, newsroom_at_work, now
from blank_database import blank_sqlite
from newsroom import NEWSLETTER
from raw_http import FORM, api_request, ask, form_request, whole_answer

from digest.delivery.forgetting import forget_reader
from subscribers.lifecycle_store import pause
from subscribers.suppression_store import suppress
from subscribers.tokens import Purpose


def stay(_newsroom: AtWork, _email: str) -> None:
    """An import made them active, or nobody ever heard of them."""


def sign_up(newsroom: AtWork, email: str) -> None:
    host = newsroom.base.removeprefix("http://")
    whole_answer(host, form_request(host, next_visitor(), {"email": email, "newsletter": NEWSLETTER}))


def put_on_pause(newsroom: AtWork, email: str) -> None:
    number = newsroom.subscription(email)
    with newsroom.database.writing() as session:
        pause(session, number, now() + timedelta(days=7), provenance="test", now=now())


def complain(newsroom: AtWork, email: str) -> None:
    with newsroom.database.writing() as session:
        suppress(session, email, keyring=RING, reason="complained", now=now())


def be_forgotten(newsroom: AtWork, email: str) -> None:
    assert forget_reader(newsroom.database, email, keyring=RING, now=now())


def unsubscribe(newsroom: AtWork, email: str) -> None:
    token = RING.sign(Purpose.UNSUBSCRIBE, newsroom.subscription(email))
    assert ask("POST", f"{newsroom.base}/u/{token}", b"List-Unsubscribe=One-Click", FORM).status == 200


def ask_to_return(newsroom: AtWork, email: str) -> None:
    unsubscribe(newsroom, email)
    sign_up(newsroom, email)


# How somebody comes to each state, and where their subscription stands then, if there is one.
STATES: dict[str, tuple[Callable[[AtWork, str], None], str | None]] = {
    "active": (stay, "active"),
    "paused": (put_on_pause, "paused"),
    "suppressed": (complain, "active"),
    "forgotten": (be_forgotten, None),
    "unsubscribed": (unsubscribe, "unsubscribed"),
    "returning": (ask_to_return, "returning"),
    "new": (stay, None),
    "pending": (sign_up, "pending"),
}
STRANGERS = {"new", "pending"}
# Each way of asking has readers of its own, for a question may move them.
WAYS = ("page", "api")
_visitors = iter(range(1, 0xFFFF))


def next_visitor() -> str:
    """An IP address of a network that no limit has counted yet."""
    return f"2001:db8:{next(_visitors):x}::1"


def address(way: str, state: str) -> str:
    """The address in *state* that is asked about in one *way*; those known from the beginning are enlisted readers."""
    number = 1 + WAYS.index(way) * len(STATES) + list(STATES).index(state)
    return f"{'stranger' if state in STRANGERS else 'reader'}{number}@example.org"


@pytest.fixture(scope="module")
def audience(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """A newsroom at work that knows an address in each state for each way of asking."""
    folder = tmp_path_factory.mktemp("same")
    everybody = len(STATES) * len(WAYS)
    with newsroom_at_work(folder, blank_sqlite(folder), readers=everybody) as newsroom:
        for way in WAYS:
            for state, (become, _) in STATES.items():
                become(newsroom, address(way, state))
        yield newsroom


@pytest.mark.parametrize("way", WAYS)
def test_the_answer_to_every_state_of_an_address_is_the_same_to_the_last_byte(audience: AtWork, way: str) -> None:
    found = {state: audience.standings(address(way, state)).get(NEWSLETTER) for state in STATES}
    assert found == {state: stands for state, (_, stands) in STATES.items()}
    answers = {state: answer_to(audience, way, address(way, state)) for state in STATES}
    assert answers == dict.fromkeys(STATES, answers["new"])
    assert answers["new"].startswith({"page": b"HTTP/1.1 200 OK", "api": b"HTTP/1.1 202 Accepted"}[way])
    assert b"@example.org" not in answers["new"]


def answer_to(newsroom: AtWork, way: str, email: str) -> bytes:
    host, visitor = newsroom.base.removeprefix("http://"), next_visitor()
    if way == "api":
        return whole_answer(host, api_request(host, visitor, email, NEWSLETTER))
    return whole_answer(host, form_request(host, visitor, {"email": email, "newsletter": NEWSLETTER}))
