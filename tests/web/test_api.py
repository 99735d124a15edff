"""The API: the same rules as the form, in JSON."""

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from joining import NEW, consents, mails, sign_up, standings
from newsroom import MORNING, NEWSLETTER
from sqlmodel import select
from visitor import RING, everything

from subscribers.suppression_store import suppress
from subscribers.tables import Subscriber

PLACE = "/api/subscriptions"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def database_url(tmp_path):
    """One kind of database will do: what is written is told by tests of its own."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


def post(site, value, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return site.ask("POST", PLACE, body, JSON | headers)


def wanted(email=NEW, *newsletters):
    return {"email": email, "newsletters": newsletters or [NEWSLETTER]}


def test_a_program_signs_a_reader_up_who_still_confirms_by_mail(site, database):
    answer = post(site, wanted(NEW, NEWSLETTER, "weekend"))
    assert (answer.status, json.loads(answer.body)) == (202, {"status": "accepted"})
    assert standings(database) == {NEWSLETTER: "pending", "weekend": "pending"}
    assert len(mails(database)) == 1
    assert {consent.event for consent in consents(database)} == {"sign_up"}


def test_a_program_may_say_where_a_new_reader_lives_and_nobody_elses_word_counts_later(site, database):
    def zone():
        with database.reading() as session:
            return session.exec(select(Subscriber.timezone).where(Subscriber.email == NEW)).one()

    assert post(site, {**wanted(NEW), "timezone": "asia/tokyo"}).status == 202
    assert zone() == "Asia/Tokyo"
    assert post(site, {**wanted(NEW), "timezone": "Europe/Lisbon"}).status == 202
    assert zone() == "Asia/Tokyo"


def test_the_answer_is_the_same_for_every_state_of_an_address_s06(site, database, readers):
    sign_up(site, "pending@example.org")
    with database.writing() as session:
        suppress(session, readers[2], keyring=RING, reason="complained", now=MORNING)
    states = [NEW, "pending@example.org", readers[0], readers[2]]
    answers = [post(site, wanted(state), **{"X-Forwarded-For": f"2001:db8:{n}::1"}) for n, state in enumerate(states)]
    assert len({(one.status, one.body, str(sorted(set(one.headers.items()) - {("date", one.headers["date"])})))
                for one in answers}) == 1  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (wanted("no address"), "email"),
        (wanted("postmaster@example.org"), "email"),
        (wanted(NEW, "evening"), "newsletters"),
        ({"email": NEW, "newsletters": []}, "newsletters"),
        ({"newsletters": [NEWSLETTER]}, "email"),
        ({**wanted(NEW), "timezone": "Mars/Base"}, "timezone"),
        (b'{"email": "\\ud800@example.org", "newsletters": ["morning"]}', "email"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_taken_down(site, database, sent, field):
    before = everything(database)
    answer = post(site, sent)
    assert answer.status == 422
    (fault,) = json.loads(answer.body)["detail"]
    assert (fault["loc"], bool(fault["msg"])) == (["body", field], True)
    assert everything(database) == before


def test_a_body_that_is_too_large_is_not_read_to_its_end(site):
    answer = post(site, wanted("a" * 20_000))
    assert (answer.status, "too large" in json.loads(answer.body)["detail"]) == (413, True)


def test_what_no_form_of_ours_sent_comes_three_times_an_hour_from_one_network_s08(site):
    statuses = [post(site, wanted(f"reader{n}@example.net")) for n in range(4)]
    assert [answer.status for answer in statuses] == [202, 202, 202, 429]
    assert statuses[-1].headers["Retry-After"] == "3600"


def test_it_describes_itself(site):
    told = json.loads(site.get("/api/openapi.json").body)
    answers = told["paths"]["/subscriptions"]["post"]["responses"]
    assert set(answers) == {"202", "400", "413", "422", "429", "503"}
    assert told["servers"] == [{"url": "/api"}]
    assert all(part["description"] for part in told["components"]["schemas"].values())


def test_scripts_of_named_sites_alone_may_call_it(serve, settings):
    named = {"signup": settings.signup.model_copy(update={"api_origins": ("https://news.example",)})}
    site = serve(settings.model_copy(update=named))
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = site.ask("OPTIONS", PLACE, None, asks | {"Origin": "https://news.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://news.example"
    assert site.ask("OPTIONS", PLACE, None, asks | {"Origin": "https://other.example"}).status == 400
    assert post(site, wanted(), Origin="https://other.example").headers["Access-Control-Allow-Origin"] is None


VALUES = st.recursive(st.none() | st.text() | st.integers(), st.lists)
SHAPED = st.fixed_dictionaries({"email": VALUES, "newsletters": VALUES | st.just([NEWSLETTER])})


@given(st.binary() | (VALUES | SHAPED).map(lambda value: json.dumps(value).encode()))
@how(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_no_fault_is_ours(site, body):
    assert post(site, body).status in {202, 400, 422, 429}
