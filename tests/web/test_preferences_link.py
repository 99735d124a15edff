"""The preferences link of a mail: see what one gets, and leave or return newsletter by newsletter."""

import re
from datetime import timedelta

import pytest
from joining import consents, standings
from newsroom import MORNING, NEWSLETTER
from sqlmodel import select
from visitor import RING, everything, leave_link, preferences_link, status, subscription

from subscribers.address import EmailAddress
from subscribers.store import Intake, Newcomer, mailable, subscribe_imported
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.tokens import Purpose

SOLO = "solo@example.org"


@pytest.fixture
def morning(database, readers):
    return subscription(database, readers[0])


@pytest.fixture
def weekend(database, readers):
    return subscription(database, readers[0], "weekend")


def test_it_shows_the_reader_their_newsletters_each_with_a_button(site, morning):
    page = site.get(preferences_link(morning))
    assert page.status == 200
    assert "<b>reader1@example.org</b>" in page.words
    assert re.findall(r"<h2>([^<]*)</h2>", page.words) == ["Morning Headlines", "The &lt;Weekend&gt; Reader"]
    assert "You get it: Saturday and Sunday at 6:30 New York time." in page.words
    assert page.words.count('<button name="act" value="leave">') == 2
    assert page.words.count('<form method="post">') == 3  # the last is about the reader


def test_any_newsletter_of_the_reader_can_be_left_and_come_back_to_by_a_link_in_another(
    site, database, morning, weekend
):
    left = site.press(preferences_link(morning), act="leave", newsletter="weekend")
    assert "You won't get The &lt;Weekend&gt; Reader any more." in left.words.replace("&#39;", "'")
    assert (status(database, weekend), status(database, morning)) == ("unsubscribed", "active")
    back = site.press(preferences_link(morning), act="return", newsletter="weekend")
    assert (back.status, status(database, weekend)) == (200, "active")
    assert "The next edition comes at 6:30 New York time." in back.words
    with database.reading() as session:
        events = session.exec(select(Consent).where(Consent.subscription_id == weekend).order_by(Consent.id)).all()
    assert [(each.event, each.provenance) for each in events[1:]] == [
        ("unsubscribe", "the preferences page"),
        ("resubscribe", "the preferences page"),
    ]


def test_repeating_a_choice_changes_nothing_more(site, database, morning):
    site.press(preferences_link(morning), act="leave", newsletter=NEWSLETTER)
    before = everything(database)
    assert site.press(preferences_link(morning), act="leave", newsletter=NEWSLETTER).status == 200
    assert everything(database) == before


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"act": "leave"},
        {"act": "leave", "newsletter": "no-such"},
        {"act": "explode", "newsletter": NEWSLETTER},
        {"newsletter": NEWSLETTER, "List-Unsubscribe": "One-Click"},
    ],
)
def test_a_post_that_names_no_choice_changes_nothing_and_says_so(site, database, morning, fields):
    before = everything(database)
    answer = site.press(preferences_link(morning), **fields)
    assert answer.status == 400
    assert "Nothing was changed." in answer.words
    assert everything(database) == before


def test_a_suppressed_reader_is_told_and_can_leave_but_not_return_b11(site, database, morning, weekend):
    site.press(preferences_link(morning), act="leave", newsletter="weekend")
    with database.writing() as session:
        suppress(session, "reader1@example.org", keyring=RING, reason="bounced", now=MORNING)
    page = site.get(preferences_link(morning)).words
    assert "At present nothing" in page
    assert 'value="return"' not in page
    refused = site.press(preferences_link(morning), act="return", newsletter="weekend")
    assert (refused.status, status(database, weekend)) == (409, "unsubscribed")
    assert "We don't mail this address" in refused.words
    assert site.press(preferences_link(morning), act="leave", newsletter=NEWSLETTER).status == 200
    assert status(database, morning) == "unsubscribed"


def test_what_is_not_confirmed_can_be_called_off_but_not_confirmed_here_s10(site, database, morning, weekend):
    with database.writing() as session:
        session.get_one(Subscription, weekend).status = "pending"
    assert "Not confirmed yet" in site.get(preferences_link(morning)).words
    assert site.press(preferences_link(morning), act="return", newsletter="weekend").status == 409
    assert status(database, weekend) == "pending"
    assert site.press(preferences_link(morning), act="leave", newsletter="weekend").status == 200
    assert status(database, weekend) == "unsubscribed"


@pytest.mark.parametrize("days", [7, 14, 30])
def test_a_pause_lasts_as_many_days_as_its_button_says_s16(site, database, morning, weekend, days):
    page = site.press(preferences_link(morning), pause=str(days), newsletter=NEWSLETTER)
    assert (page.status, "Morning Headlines pauses." in page.words) == (200, True)
    with database.reading() as session:
        assert session.get_one(Subscription, morning).paused_until == MORNING + timedelta(days=days)
    assert f'datetime="{(MORNING + timedelta(days=days)).date()}"' in page.words
    assert (status(database, morning), status(database, weekend)) == ("paused", "active")


def test_a_pause_is_ended_by_a_button_and_may_end_in_leaving_s16(site, database, morning):
    for act, after in (("resume", "active"), ("leave", "unsubscribed")):
        site.press(preferences_link(morning), pause="7", newsletter=NEWSLETTER)
        page = site.press(preferences_link(morning), act=act, newsletter=NEWSLETTER)
        assert (page.status, status(database, morning)) == (200, after)
    assert site.press(preferences_link(morning), pause="7", newsletter=NEWSLETTER).status == 409
    assert status(database, morning) == "unsubscribed"


@pytest.mark.parametrize("days", ["0", "-7", "365", "x", "7.0"])
def test_no_other_pause_is_taken(site, database, morning, days):
    before = everything(database)
    assert site.press(preferences_link(morning), pause=days, newsletter=NEWSLETTER).status == 400
    assert everything(database) == before


def test_nothing_is_begun_for_a_reader_who_was_told_that_they_pause_law_5(site, database, morning):
    site.press(preferences_link(morning), pause="7", newsletter=NEWSLETTER)
    with database.reading() as session:
        assert session.exec(mailable(NEWSLETTER).where(Subscription.id == morning)).all() == []


def test_a_newsletter_that_one_does_not_get_has_a_button_of_its_own_s16(site, database):
    enlist_only_the_morning(database)
    link = preferences_link(subscription(database, SOLO), SOLO)
    assert re.search(
        r"You could also get.*<h3>The &lt;Weekend&gt; Reader</h3>\s*<p>Long reads", site.get(link).words, re.DOTALL
    )
    page = site.press(link, act="join", newsletter="weekend")
    assert (page.status, "You get The &lt;Weekend&gt; Reader. The next edition" in page.words) == (200, True)
    assert standings(database, SOLO) == {NEWSLETTER: "active", "weekend": "active"}
    asked_and_answered = [consent.event for consent in consents(database, SOLO)][-2:]
    assert asked_and_answered == ["sign_up", "confirm"]
    assert site.press(link, act="join", newsletter="evening").status == 400


def test_nobody_suppressed_joins_anything_b11(site, database):
    enlist_only_the_morning(database)
    with database.writing() as session:
        suppress(session, SOLO, keyring=RING, reason="bounced", now=MORNING)
    link = preferences_link(subscription(database, SOLO), SOLO)
    assert "You could also get" not in site.get(link).words
    assert site.press(link, act="join", newsletter="weekend").status == 409
    assert standings(database, SOLO) == {NEWSLETTER: "active"}


def test_whoever_leaves_one_newsletter_is_told_of_the_others_s05(site, database, morning):
    enlist_only_the_morning(database)
    left = site.press(leave_link(subscription(database, SOLO)), act="leave").words
    assert re.search(r'There\s+is also\s+<b>The &lt;Weekend&gt; Reader</b>: <a href="/">sign up</a>', left)
    assert re.search(
        r"You still get <b>The &lt;Weekend&gt; Reader</b>", site.press(leave_link(morning), act="leave").words
    )


def enlist_only_the_morning(database):
    with database.writing() as session:
        subscribe_imported(session, [Newcomer(EmailAddress.parse(SOLO))], Intake(NEWSLETTER, "test", RING, MORNING))


def test_a_newsletter_that_is_no_longer_published_can_be_left_but_not_returned_to(serve, database, settings, morning):
    site = serve(settings.model_copy(update={"newsletters": {"weekend": settings.newsletters["weekend"]}}))
    assert "It is not published at present." in site.get(preferences_link(morning)).words
    page = site.press(preferences_link(morning), act="leave", newsletter=NEWSLETTER)
    assert status(database, morning) == "unsubscribed"
    assert 'value="return"' not in page.words


@pytest.fixture
def at_home(serve, settings, readers):  # noqa: ARG001 - they are on it
    """Serve a site whose morning newsletter comes on readers' own mornings."""
    morning = settings.newsletters[NEWSLETTER].model_copy(update={"mornings": "reader"})
    return serve(settings.model_copy(update={"newsletters": {**settings.newsletters, NEWSLETTER: morning}}))


def zone(database, address="reader1@example.org"):
    with database.reading() as session:
        return session.exec(select(Subscriber.timezone).where(Subscriber.email == address)).one()


def test_a_reader_says_where_they_live_and_takes_it_back(at_home, database, morning):
    link = preferences_link(morning)
    before = at_home.get(link).words
    assert "Morning Headlines can come when your own clocks show that hour." in before
    assert "know where you live, so it comes by ours." in before
    told = at_home.press(link, act="timezone", timezone="America/Argentina/Buenos_Aires")
    assert (told.status, zone(database)) == (200, "America/Argentina/Buenos_Aires")
    assert "Noted: Buenos Aires, Argentina." in told.words
    assert "you live by those of Buenos Aires, Argentina." in told.words
    assert "You get it: every day at 6:00 Buenos Aires, Argentina time." in told.words
    assert '<option value="America/Argentina/Buenos_Aires" selected>' in told.words
    assert zone(database, "reader2@example.org") is None
    back = at_home.press(link, act="timezone", timezone="")
    assert ("Forgotten: where you live." in back.words, zone(database)) == (True, None)


def test_a_place_that_is_none_changes_nothing_and_is_said(at_home, database, morning):
    page = at_home.press(preferences_link(morning), act="timezone", timezone="Mars/Base")
    assert (page.status, zone(database)) == (400, None)
    assert "Nothing was changed: &#39;Mars/Base&#39; is no time zone" in page.words


def test_where_everybody_is_mailed_at_once_nobody_is_asked_where_they_live(site, morning):
    assert "Where you live" not in site.get(preferences_link(morning)).words


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.BOUNCE])
def test_a_token_for_something_else_opens_nothing_s10(site, database, morning, purpose):
    before, link = everything(database), f"/preferences/{RING.sign(purpose, morning)}"
    assert site.get(link).status == 404
    assert site.press(link, act="leave", newsletter=NEWSLETTER).status == 404
    assert everything(database) == before


def test_a_preferences_token_does_not_unsubscribe_s10(site, database, morning):
    link = f"/u/{RING.sign(Purpose.PREFERENCES, morning)}"
    assert site.press(link, act="leave").status == 404
    assert status(database, morning) == "active"
