"""The two links of a confirmation mail: yes, and "I did not ask for this"."""

import re
from datetime import timedelta
from html import unescape

import pytest
from joining import NEW, asked, confirm_link, consents, mails, not_me_link, sign_up, standings
from newsroom import DAY, MORNING, NEWSLETTER
from sqlmodel import select
from visitor import RING, everything, leave_link, status, subscription

from subscribers.address import EmailAddress
from subscribers.signup_tables import SystemMail
from subscribers.tables import Subscriber
from subscribers.tokens import Purpose


@pytest.fixture
def mail(site, database):
    """The number of the mail that asks Ann about the morning's newsletter."""
    sign_up(site)
    return asked(database)


def test_one_button_and_the_reader_is_in_with_the_latest_edition_to_read(published, site, database, mail):
    page = site.get(confirm_link(mail)).words
    assert "<h1>Get Morning Headlines?</h1>" in page
    assert "comes every day at 6:00 UTC" in page
    assert "checked" not in page
    done = site.press(confirm_link(mail))
    assert (done.status, standings(database)) == (200, {NEWSLETTER: "active"})
    assert "You get Morning Headlines. The next edition comes at 6:00 UTC." in done.words
    assert f'<a href="/archive/{NEWSLETTER}/{DAY}">' in done.words
    assert [consent.event for consent in consents(database)] == ["sign_up", "confirm"]
    assert [one.kind for one in mails(database)] == ["confirm"]
    assert published.edition.id


@pytest.mark.usefixtures("published")
def test_the_latest_edition_is_mailed_to_whoever_ticks_it_and_once_s14(site, database, mail, nudges):
    nudges.clear()
    assert "on its way to your inbox" in site.press(confirm_link(mail), latest="1").words
    assert "on its way to your inbox" not in site.press(confirm_link(mail), latest="1").words
    assert [(one.kind, one.edition_id is not None) for one in mails(database)] == [("confirm", False), ("latest", True)]
    assert nudges == ["a mail waits"]


@pytest.mark.usefixtures("published")
def test_a_newsroom_that_welcomes_mails_it_to_all(serve, settings, database):
    welcoming = {"signup": settings.signup.model_copy(update={"welcome": True})}
    site = serve(settings.model_copy(update=welcoming))
    sign_up(site)
    mail = asked(database)
    assert 'name="latest"' not in site.get(confirm_link(mail)).words
    site.press(confirm_link(mail))
    assert mails(database)[-1].kind == "latest"


def test_a_mail_to_the_address_that_a_reader_had_says_nothing_of_the_one_they_have_s14(site, database, mail):
    site.press(confirm_link(mail))
    with database.writing() as session:
        reader = session.exec(select(Subscriber).where(Subscriber.email == NEW)).one()
        moved = EmailAddress.parse("ann@example.net")
        reader.email, reader.email_key, reader.address_hash = str(moved), moved.key, RING.address_hash(moved.key)
    sign_up(site, "ann@example.net", ("weekend",))
    before = everything(database)
    assert "The <Weekend> Reader" not in unescape(site.get(confirm_link(mail)).words.partition("<form")[0])
    assert site.press(confirm_link(mail), newsletter="weekend").status == 409
    assert everything(database) == before


def test_looking_changes_nothing_however_often_s01(site, database, mail):
    before = everything(database)
    for path in (confirm_link(mail), not_me_link(mail)):
        for method in ("GET", "HEAD") * 2:
            assert site.ask(method, path).status == 200
    assert everything(database) == before


def test_pressing_again_changes_nothing_s02(site, database, mail):
    site.press(confirm_link(mail))
    before = everything(database)
    again = site.press(confirm_link(mail))
    assert (again.status, "You're in" in again.words) == (200, True)
    assert "You're in" in site.get(confirm_link(mail)).words
    assert everything(database) == before


def test_what_a_stranger_added_since_is_offered_and_never_rides_along_s14(site, database, mail):
    sign_up(site, newsletters=("weekend",))
    page = site.get(confirm_link(mail)).words
    assert re.search(r'<input type="checkbox" name="newsletter" value="weekend">', page)
    site.press(confirm_link(mail))
    assert standings(database) == {NEWSLETTER: "active", "weekend": "pending"}


def test_what_is_ticked_beside_the_button_is_confirmed_with_it(site, database, mail):
    sign_up(site, newsletters=("weekend",))
    page = site.press(confirm_link(mail), newsletter="weekend").words
    assert "You get The &lt;Weekend&gt; Reader." in page
    assert standings(database) == {NEWSLETTER: "active", "weekend": "active"}


def test_after_seven_days_the_button_confirms_nothing_and_a_form_stands_there_s07(site, database, mail):
    with database.writing() as session:
        session.get_one(SystemMail, mail).created_at = MORNING - timedelta(days=7)
    before = everything(database)
    for answer in (site.get(confirm_link(mail)), site.press(confirm_link(mail))):
        assert "This link has lapsed" in answer.words
        assert 'action="/subscribe"' in answer.words
    assert answer.status == 409
    assert everything(database) == before


def test_a_link_of_which_nothing_is_kept_any_more_offers_the_form(site):
    assert "This link has lapsed" in site.get(confirm_link(77)).words
    assert site.press(confirm_link(77)).status == 409


def test_the_link_of_before_leaving_brings_nobody_back(site, database, mail):
    site.press(confirm_link(mail))
    site.press(leave_link(subscription(database, NEW)))
    answer = site.press(confirm_link(mail))
    assert (answer.status, "You left since" in answer.words) == (409, True)
    assert standings(database) == {NEWSLETTER: "unsubscribed"}


def test_i_did_not_ask_for_this_takes_them_off_all_lists_for_ever_s09(site, database, mail):
    assert "Never write to me again" in site.get(not_me_link(mail)).words
    assert standings(database) == {NEWSLETTER: "pending"}
    for _ in range(2):
        done = site.press(not_me_link(mail))
        assert (done.status, "We won't write to you again" in done.words) == (200, True)
    assert standings(database) == {NEWSLETTER: "unsubscribed"}
    refused = site.press(confirm_link(mail))
    assert (refused.status, "We don't mail this address" in refused.words) == (409, True)
    sign_up(site)
    assert len(mails(database)) == 1


def test_i_did_not_ask_works_for_whoever_was_erased_meanwhile(site):
    assert "You're not on our lists" in site.press(not_me_link(77)).words


@pytest.mark.parametrize("path", ["confirm", "not-me"])
@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.PREFERENCES])
def test_a_token_for_something_else_opens_nothing_s10(site, database, mail, path, purpose):
    before = everything(database)
    assert site.press(f"/{path}/{RING.sign(purpose, mail)}").status == 404
    assert everything(database) == before


def test_each_of_the_two_links_does_only_its_own_s10(site, database, mail):
    site.press(f"/confirm/{RING.sign(Purpose.DENY, mail)}")
    site.press(f"/not-me/{RING.sign(Purpose.CONFIRM, mail)}")
    site.press(f"/u/{RING.sign(Purpose.CONFIRM, mail)}", act="leave")
    assert status(database, subscription(database, NEW)) == "pending"
