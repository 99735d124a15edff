"""What readers do about themselves on the preferences page: another address, their data, being erased (S16)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from joining import consents, mails, not_me_link, sign_up, standings
from newsroom import MORNING, NEWSLETTER, configure
from sqlmodel import select
from visitor import RING, everything, leave_link, preferences_link, subscription

from subscribers.signup_tables import SystemMail
from subscribers.subscriber import UNDO_WITHIN
from subscribers.suppression_store import suppress
from subscribers.tables import Subscriber, Subscription
from subscribers.tokens import Purpose

OLD, NEW = "reader1@example.org", "reader1@example.net"


@pytest.fixture
def morning(database, readers):
    return subscription(database, readers[0])


def wish(site, number, email=NEW, **more):
    return site.press(preferences_link(number), act="change", email=email, **more)


def out(database):
    """Let the newest mail out; return the link of its button."""
    with database.writing() as session:
        mail = session.get_one(SystemMail, mails(database)[-1].id)
        mail.status = "sent"
        return f"/change/{RING.sign(Purpose.CHANGE, mail.id)}"


def test_a_reader_changes_their_address_by_a_mail_to_the_new_one(site, database, morning, nudges):
    form = site.press(preferences_link(morning), act="address")
    assert "We write to <b>reader1@example.org</b> now." in form.words
    answer = wish(site, morning)
    assert (answer.status, nudges) == (200, ["a mail waits"])
    assert "A mail is on its way to <b>reader1@example.net</b>." in answer.words
    assert standings(database, OLD)[NEWSLETTER] == "active"

    link = out(database)
    before = everything(database)
    for method in ("GET", "HEAD"):
        assert site.ask(method, link).status == 200
    assert everything(database) == before
    assert OLD not in site.get(link).words  # it may be a stranger who reads it

    assert "We write to you here now" in site.press(link).words
    assert (standings(database, OLD), standings(database, NEW)[NEWSLETTER]) == ({}, "active")
    assert consents(database, NEW)[-1].event == "change_address"
    assert "We write to you here now" in site.get(link).words
    assert f"<b>{NEW}</b>" in site.get(preferences_link(morning, NEW)).words


def test_the_links_in_the_old_mailbox_open_nothing_once_the_reader_has_moved_but_still_unsubscribe(
    site, database, morning
):
    wish(site, morning)
    site.press(out(database))
    before = everything(database)
    for act in ("address", "download", "erase", "erase-all", "leave"):
        answer = site.press(preferences_link(morning), act=act, newsletter=NEWSLETTER)
        assert (answer.status, "This link opens nothing" in answer.words) == (404, True)
        assert NEW not in answer.words
    assert site.get(preferences_link(morning)).status == 404
    assert everything(database) == before
    assert site.ask("POST", leave_link(morning), b"List-Unsubscribe=One-Click").status == 200  # S04
    with database.writing() as session:
        session.get_one(Subscription, morning).changed_at -= UNDO_WITHIN
    late = site.press(leave_link(morning), act="return")
    assert (late.status, 'value="return"' in late.words) == (409, False)
    assert '<a href="/">Sign up again</a>' in late.words
    assert standings(database, NEW)[NEWSLETTER] == "unsubscribed"


@pytest.mark.parametrize("typed", ["", "nobody", "postmaster@example.org", OLD, "READER1@example.org"])
def test_what_is_no_other_address_of_a_reader_is_refused_beside_its_field(site, database, morning, typed):
    before = everything(database)
    answer = wish(site, morning, typed)
    assert answer.status == 400
    assert 'id="email-error"' in answer.words
    assert f'value="{typed}"' in answer.words or typed == "READER1@example.org"
    assert everything(database) == before


def test_a_slip_in_the_address_is_asked_about_and_may_be_none_s12(site, database, morning):
    answer = wish(site, morning, "ann@gmial.com")
    assert "Did you mean <b>ann@gmail.com</b>?" in answer.words
    assert mails(database) == []
    wish(site, morning, "ann@gmial.com", checked="1")
    assert [mail.new_email for mail in mails(database)] == ["ann@gmial.com"]


def test_the_answer_is_the_same_bytes_whatever_stands_for_the_new_address_s06(site, database, morning):
    with database.writing() as session:
        suppress(session, "stopped2@example.org", keyring=RING, reason="refused", now=MORNING)
    bodies = {
        wish(site, morning, address).body.replace(address.encode(), b"-")
        for address in ("unknown1@example.org", "reader2@example.org", "stopped2@example.org")
    }
    assert len(bodies) == 1


def test_neither_does_the_download_tell_what_stands_for_an_address_that_was_wished_for_s06(site, database, morning):
    with database.writing() as session:
        suppress(session, "stopped2@example.org", keyring=RING, reason="refused", now=MORNING)
    told = set()
    for address in ("unknown1@example.org", "reader2@example.org", "stopped2@example.org"):
        wish(site, morning, address)
        told.add(site.press(preferences_link(morning), act="download").body)
    assert len(told) == 1


def test_the_fourth_wish_within_an_hour_has_to_wait(site, morning):
    answers = [wish(site, morning, f"somebody{number}@example.com").status for number in range(4)]
    assert answers == [200, 200, 200, 429]


def test_an_address_that_is_a_reader_s_own_is_not_taken_over(site, database, morning):
    wish(site, morning, "reader2@example.org")
    answer = site.press(out(database))
    assert (answer.status, standings(database, OLD)[NEWSLETTER]) == (409, "active")
    assert "This address has newsletters of its own" in answer.words


def test_the_links_of_another_kind_of_mail_change_no_address_s10(site, database, morning):
    wish(site, morning)
    mail = mails(database)[-1].id
    for purpose in (Purpose.CONFIRM, Purpose.DENY, Purpose.PREFERENCES):
        assert site.press(f"/change/{RING.sign(purpose, mail)}").status == 404
    site.press(f"/confirm/{RING.sign(Purpose.CONFIRM, mail)}")
    assert standings(database, NEW) == {}


def test_who_did_not_ask_is_never_written_to_and_the_reader_stays(site, database, morning):
    wish(site, morning)
    link = out(database)
    site.press(not_me_link(mails(database)[-1].id))
    assert site.press(link).status == 409
    assert standings(database, OLD)[NEWSLETTER] == "active"


def test_a_suppressed_reader_is_offered_no_other_address_b11(site, database, morning):
    with database.writing() as session:
        suppress(session, OLD, keyring=RING, reason="refused", now=MORNING)
    assert 'value="address"' not in site.get(preferences_link(morning)).words
    assert wish(site, morning).status == 409
    assert mails(database) == []


@pytest.mark.usefixtures("published")
def test_the_download_holds_all_that_is_kept_and_changes_nothing(site, database, morning):
    wish(site, morning)
    before = everything(database)
    answer = site.press(preferences_link(morning), act="download")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="your-data.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.body)
    assert told["reader"]["address"] == OLD
    assert [one["newsletter"] for one in told["reader"]["subscriptions"]] == [NEWSLETTER, "weekend"]
    assert told["reader"]["subscriptions"][0]["consent"][0]["event"] == "import"
    assert [one["newsletter"] for one in told["deliveries"]] == [NEWSLETTER]
    assert told["mails"] == []  # the one to the other address would tell of whoever has that (S06)
    assert everything(database) == before


def test_erasing_asks_first_and_then_leaves_nothing_but_a_keyed_hash_b12_s04(site, database, morning):
    wish(site, morning)
    before = everything(database)
    question = site.press(preferences_link(morning), act="erase")
    assert "Erase everything about you?" in question.words
    assert everything(database) == before

    done = site.press(preferences_link(morning), act="erase-all")
    assert "Everything about you is erased" in done.words
    rest = repr(everything(database))
    assert OLD not in rest
    assert NEW not in rest
    with database.reading() as session:
        assert OLD not in session.exec(select(Subscriber.email)).all()
    assert site.ask("POST", leave_link(morning), b"List-Unsubscribe=One-Click").status == 200
    assert site.get(preferences_link(morning)).status == 404
    assert sign_up(site, OLD).status == 200
    assert standings(database, OLD) == {}


def test_who_is_being_mailed_at_this_moment_is_erased_a_little_later(site, database, morning):
    with database.writing() as session:
        number = session.exec(select(Subscriber.id).where(Subscriber.email == OLD)).one()
        moment = {"created_at": MORNING, "due_at": MORNING, "changed_at": MORNING}
        session.add(
            SystemMail(
                kind="latest",
                status="begun",
                claimed_by="a postman",
                address_hash=RING.address_hash(OLD),
                subscriber_id=number,
                **moment,
            )
        )
    answer = site.press(preferences_link(morning), act="erase-all")
    assert (answer.status, standings(database, OLD)[NEWSLETTER]) == (409, "unsubscribed")
    assert "You get nothing more, and are not erased yet" in answer.words
    with database.writing() as session:
        session.exec(select(SystemMail)).one().status = "sent"
    assert "Everything about you is erased" in site.press(preferences_link(morning), act="erase-all").words


def test_pressing_and_erasing_at_once_wait_in_no_circle(site, database, morning):
    wish(site, morning)
    link, preferences = out(database), preferences_link(morning)
    acts = [lambda: site.press(link), lambda: site.press(preferences, act="erase-all")] * 4
    with ThreadPoolExecutor(len(acts)) as pool:
        answers = [one.result() for one in [pool.submit(act) for act in acts]]
    assert max(answer.status for answer in answers) < 500
    has_moved_first = not any("Everything about you is erased" in answer.words for answer in answers)
    assert bool(standings(database, NEW)) is has_moved_first
    if has_moved_first:
        site.press(preferences_link(morning, NEW), act="erase-all")
    rest = repr(everything(database))
    assert OLD not in rest
    assert NEW not in rest


def test_wishing_and_signing_up_at_once_wait_in_no_circle(site, database):
    link = preferences_link(subscription(database, OLD))
    acts = [lambda: site.press(link, act="change", email=NEW), lambda: sign_up(site, OLD, ("weekend",))] * 6
    with ThreadPoolExecutor(len(acts)) as pool:
        answers = [one.result() for one in [pool.submit(act) for act in acts]]
    assert {answer.status for answer in answers} <= {200, 429}


def test_a_wish_that_lapsed_says_so(site, database, morning):
    wish(site, morning)
    with database.writing() as session:
        session.exec(select(SystemMail)).one().created_at = MORNING - timedelta(days=7)
    link = out(database)
    assert "This link has lapsed" in site.get(link).words
    assert site.press(link).status == 409


def test_mailboxes_for_minutes_are_refused_alike_by_form_api_and_preferences_where_the_newsroom_wants_it_s12(
    serve, database, tmp_path, readers
):
    site = serve(configure(tmp_path, database.url, more="[signup]\nrefuse_disposable = true\n"))
    before = everything(database)
    assert "This mailbox may be gone in minutes." in sign_up(site, "ann@mailinator.com").words
    body = b'{"email": "ann@mailinator.com", "newsletters": ["morning"]}'
    assert site.ask("POST", "/api/subscriptions", body, {"Content-Type": "application/json"}).status == 422
    link = preferences_link(subscription(database, readers[0]))
    assert site.press(link, act="change", email="ann@mailinator.com").status == 400
    assert everything(database) == before
