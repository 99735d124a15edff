"""The unsubscribe link of a mail: what RFC 8058 and S01, S03, S04, S05, S10 ask of it."""

import re
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, SECRET
from pydantic import SecretStr
from sqlalchemy import delete
from sqlmodel import select
from visitor import FORM, ONE_CLICK, RING, everything, leave_link, preferences_link, status, subscription

from digest.delivery.message import Reader
from digest.delivery.proof import compile_for
from digest.delivery.store import beat, claim, closing
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.tokens import Purpose, keyring

MULTIPART = (
    b'--x1\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x1--\r\n',
    {"Content-Type": "multipart/form-data; boundary=x1"},
)
BODIES = {
    "url-encoded": (ONE_CLICK, FORM),
    "multipart": MULTIPART,
    "empty": (b"", {}),
    "empty, and said to be a form": (b"", FORM),
    "empty, and said to be multipart": (b"", {"Content-Type": "multipart/form-data"}),
    "without a type": (ONE_CLICK, {}),
    "of an unknown type": (b'{"List-Unsubscribe": "One-Click"}', {"Content-Type": "application/json"}),
    "nonsense": (b"\xff\xfe\x00=&%zz", {"Content-Type": "multipart/form-data; boundary"}),
    "too large to be read": (b"a=" + b"x" * 50_000, FORM),
    "one-click, whatever else stands there": (ONE_CLICK + b"&act=return", FORM),
}


@pytest.fixture
def number(database, readers):
    return subscription(database, readers[0])


@pytest.mark.parametrize("kind", BODIES)
def test_a_one_click_post_of_any_shape_leaves_at_once_without_redirect_or_cookie_s03(site, database, number, kind):
    body, headers = BODIES[kind]
    answer = site.ask("POST", leave_link(number), body, headers)
    assert (answer.status, answer.body) == (200, b"You won't get Morning Headlines any more.\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Location"] is None
    assert answer.headers["Set-Cookie"] is None
    assert status(database, number) == "unsubscribed"


def test_a_repeated_one_click_answers_the_same_and_is_noted_once_s03(site, database, number):
    answers = [site.ask("POST", leave_link(number), ONE_CLICK, FORM) for _ in range(5)]
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    with database.reading() as session:
        noted = session.exec(select(Consent).where(Consent.subscription_id == number, Consent.event == "unsubscribe"))
        [consent] = noted.all()
    assert (consent.at, consent.provenance) == (MORNING, "one-click unsubscribe by the mail client")


def test_the_header_of_a_mail_leads_to_a_link_that_works(site, database, settings, published, number):
    compiled = compile_for(settings, NEWSLETTER, DAY, published.artifact)
    with database.reading() as session:
        row = session.get_one(Subscription, number)
        reader = Reader(row.subscriber_id, number, "reader1@example.org")
    message = message_from_bytes(compiled.message_for(reader, MORNING), policy=default)
    link = urlsplit(str(message["List-Unsubscribe"]).strip("<>")).path
    body = str(message["List-Unsubscribe-Post"]).encode()
    assert site.ask("POST", link, body, FORM).status == 200
    assert status(database, number) == "unsubscribed"


def test_only_that_newsletter_and_only_that_reader_is_left_s05(site, database, number):
    site.ask("POST", leave_link(number), ONE_CLICK, FORM)
    assert status(database, subscription(database, newsletter="weekend")) == "active"
    assert status(database, subscription(database, "reader2@example.org")) == "active"


def test_a_queued_edition_is_not_sent_to_who_left_by_one_click_s03(site, database, published, number):
    site.ask("POST", leave_link(number), ONE_CLICK, FORM)
    with database.writing() as session:
        beat(session, "one", "here", MORNING)
        session.flush()
        claims = claim(session, published.edition, "one", MORNING, most=10)
        assert sorted(each.reader.address for each in claims) == ["reader2@example.org", "reader3@example.org"]
        assert closing(session, published.edition).skipped == 1


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_link_scanners_change_nothing_however_often_they_come_s01(site, database, number, method):
    links = [
        leave_link(number),
        preferences_link(number),
        "/",
        f"/archive/{NEWSLETTER}",
        f"/archive/{NEWSLETTER}/{DAY}",
    ]
    before = everything(database)
    answers = [site.ask(method, link) for link in links for _ in range(10)]
    assert {answer.status for answer in answers} == {200}
    assert everything(database) == before
    assert method == "GET" or {answer.body for answer in answers} == {b""}


def test_the_page_has_one_button_that_posts_and_no_script_s01(site, number):
    page = site.get(leave_link(number)).words
    assert re.findall(r"<form[^>]*>", page) == ['<form method="post">']
    assert re.findall(r"<button[^>]*>[^<]*", page) == ['<button name="act" value="leave">Unsubscribe']
    assert "Leave Morning Headlines?" in page
    assert "<script" not in page


def test_the_button_leaves_and_the_page_offers_an_undo_of_the_same_kind_s05(site, database, number):
    page = site.press(leave_link(number), act="leave")
    assert page.status == 200
    assert "<h1>You won't get Morning Headlines any more</h1>" in page.words
    assert re.findall(r"<button[^>]*>[^<]*", page.words) == ['<button name="act" value="return">Subscribe again']
    assert 'href="/"' in page.words
    assert status(database, number) == "unsubscribed"


def test_the_undo_brings_the_reader_back_and_says_what_comes_next(site, database, number):
    site.press(leave_link(number), act="leave")
    page = site.press(leave_link(number), act="return")
    assert (page.status, status(database, number)) == (200, "active")
    assert "You're in" in page.words
    assert "You get Morning Headlines again. The next edition comes at 6:00 UTC." in page.words
    with database.reading() as session:
        events = session.exec(select(Consent.event).where(Consent.subscription_id == number).order_by(Consent.id)).all()
    assert events == ["import", "unsubscribe", "resubscribe"]


def test_who_has_left_sees_so_and_may_come_back(site, number):
    site.ask("POST", leave_link(number), ONE_CLICK, FORM)
    page = site.get(leave_link(number)).words
    assert "<h1>You don't get Morning Headlines any more</h1>" in page
    assert "Subscribe again" in page


def test_a_suppressed_address_never_comes_back_by_a_link_b11(site, database, number):
    site.press(leave_link(number), act="leave")
    with database.writing() as session:
        suppress(session, "reader1@example.org", keyring=RING, reason="complaint", now=MORNING)
    before = everything(database)
    assert "Subscribe again" not in site.get(leave_link(number)).words
    page = site.press(leave_link(number), act="return")
    assert page.status == 409
    assert "We don't mail this address" in page.words
    assert "editor@quay.example" in page.words
    assert everything(database) == before


def test_a_suppressed_address_may_still_leave(site, database, number):
    with database.writing() as session:
        suppress(session, "reader1@example.org", keyring=RING, reason="bounced", now=MORNING)
    assert site.ask("POST", leave_link(number), ONE_CLICK, FORM).status == 200
    assert status(database, number) == "unsubscribed"


def test_who_has_not_confirmed_cannot_confirm_by_an_unsubscribe_link_s10(site, database, number):
    with database.writing() as session:
        session.get_one(Subscription, number).status = "pending"
    assert site.press(leave_link(number), act="return").status == 409
    assert status(database, number) == "pending"


@pytest.mark.parametrize("fields", [{}, {"act": "leave"}, {"act": "return"}])
def test_the_link_still_answers_after_erasure_s04(site, database, number, fields):
    with database.writing() as session:
        gone = session.get_one(Subscription, number).subscriber_id
        theirs = select(Subscription.id).where(Subscription.subscriber_id == gone)
        session.execute(delete(Consent).where(Consent.subscription_id.in_(theirs)))
        session.execute(delete(Subscription).where(Subscription.subscriber_id == gone))
        session.execute(delete(Subscriber).where(Subscriber.id == gone))
    before = everything(database)
    assert site.get(leave_link(number)).status == 200
    assert site.get(preferences_link(number)).status == 404
    assert site.press(preferences_link(number), act="return", newsletter=NEWSLETTER).status == 404
    assert site.press(leave_link(number), **fields).status == 200
    assert everything(database) == before


def test_a_link_signed_with_an_earlier_secret_works_s04(serve, database, settings, number):
    newer = {"secret": SecretStr("a newer secret, of more than thirty-two"), "previous_secrets": (SecretStr(SECRET),)}
    next_year = serve(settings.model_copy(update={"site": settings.site.model_copy(update=newer)}))
    assert next_year.ask("POST", leave_link(number), ONE_CLICK, FORM).status == 200
    assert status(database, number) == "unsubscribed"


def forgeries(number):
    token = RING.sign(Purpose.UNSUBSCRIBE, number)
    return {
        "cut": token[:-1],
        "cut to nothing but a letter": token[0],
        "longer": token + "A",
        "one letter changed": ("B" if token[0] != "B" else "C") + token[1:],
        "its last letter changed": token[:-1] + ("A" if token[-1] != "A" else "Q"),
        "another reader's number": RING.sign(Purpose.UNSUBSCRIBE, number + 1)[:8] + token[8:],
        "for preferences": RING.sign(Purpose.PREFERENCES, number),
        "for bounces": RING.sign(Purpose.BOUNCE, number),
        "another site's": keyring(["x" * 40]).sign(Purpose.UNSUBSCRIBE, number),
        "no base64": "!" * 30,
        "no ASCII": "%C3%A9" * 15,
    }


def test_a_token_that_is_not_ours_for_this_gets_a_page_that_helps_and_changes_nothing_s10(site, database, number):
    before = everything(database)
    for kind, token in forgeries(number).items():
        link = f"/u/{token}"
        for answer in (site.get(link), site.ask("POST", link, ONE_CLICK, FORM), site.press(link, act="return")):
            assert answer.status == 404, kind
            assert "This link is not complete" in answer.words, kind
            assert "mailto:editor@quay.example" in answer.words, kind
    assert everything(database) == before


def test_a_preferences_link_takes_no_unsubscribe_token_s10(site, number):
    assert site.get(f"/preferences/{RING.sign(Purpose.UNSUBSCRIBE, number)}").status == 404


def test_numbers_that_no_row_can_have_are_links_like_any_other_that_is_not_ours(site):
    for number in (2**31 - 1, 2**31, 2**40 - 1):
        for answer in (site.get(preferences_link(number)), site.press(preferences_link(number), act="leave")):
            assert answer.status == 404, number


def test_another_method_is_refused_with_a_page(site, number):
    for method in ("PUT", "DELETE", "PATCH"):
        answer = site.ask(method, leave_link(number))
        assert answer.status == 405
        assert answer.headers["Allow"]
        assert "Nothing was changed" in answer.words


def test_the_links_of_a_test_mail_say_that_they_belong_to_nobody(site, database):
    before = everything(database)
    for link in (leave_link(0), preferences_link(0)):
        for answer in (site.get(link), site.press(link, act="leave")):
            assert answer.status == 200
            assert "stands in a test or preview mail and belongs to nobody" in answer.words
            assert answer.headers["Cache-Control"] == "no-store"
    assert everything(database) == before
