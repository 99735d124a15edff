"""The form: what it takes, what it says of what it can't take, and that it says nothing else."""

import re

import pytest
from joining import NEW, asked, confirm_link, consents, mails, sign_up, standings
from newsroom import MORNING, NEWSLETTER
from visitor import RING, everything, leave_link, subscription

from subscribers.consent_store import wording_text
from subscribers.suppression_store import suppress
from subscribers.web.source_page import source_page

CONTACT = "editor@quay.example"


def test_a_form_well_filled_in_asks_its_owner_by_mail_and_does_no_more(site, database, nudges):
    answer = sign_up(site)
    assert (answer.status, "Check your inbox" in answer.words) == (200, True)
    assert NEW not in answer.words
    assert standings(database) == {NEWSLETTER: "pending"}
    assert [(mail.kind, mail.status) for mail in mails(database)] == [("confirm", "queued")]
    assert nudges == ["a mail waits"]


def test_whoever_waits_in_vain_is_told_whom_to_write_to_and_not_what_is_known_of_them(site):
    for frame, target in (("", ""), (NEWSLETTER, ' target="_blank"')):
        link = f'<a href="mailto:{CONTACT}?subject=Subscribe"{target}>{CONTACT}</a>'
        assert link in sign_up(site, frame=frame).words


def test_what_was_agreed_to_is_kept_word_by_word_s13(site, database):
    headers = {"Referer": "https://news.example/story?reader=7#box", "X-Forwarded-For": "198.51.100.7"}
    sign_up(site, stamp="", headers=headers)
    (consent,) = consents(database)
    assert (consent.event, consent.page, consent.ip) == ("sign_up", "https://news.example/story", "198.51.100.0/24")
    with database.reading() as session:
        words = wording_text(session, consent.wording)
    assert words.startswith("Sign Up for Morning Headlines\nMorning Headlines\nYour email address\nSign Up Now\n")


def test_of_our_own_forms_the_page_is_known_though_browsers_are_told_not_to_name_it(site, database):
    sign_up(site, headers={"Origin": "null"})
    sign_up(site, email="ben@example.org", frame=NEWSLETTER)
    assert consents(database)[0].page == "http://127.0.0.1:8000/"
    assert consents(database, "ben@example.org")[0].page == f"http://127.0.0.1:8000/embed/{NEWSLETTER}"


def test_the_answer_is_the_same_for_every_state_of_an_address_byte_by_byte_s06(site, database, readers):
    sign_up(site, "pending@example.org")
    site.press(leave_link(subscription(database, readers[1])))
    with database.writing() as session:
        suppress(session, readers[2], keyring=RING, reason="complained", now=MORNING)
    states = [NEW, "pending@example.org", *readers]
    answers = [sign_up(site, state, headers={"X-Forwarded-For": f"2001:db8:{n}::1"}) for n, state in enumerate(states)]
    seen = {
        (answer.status, answer.body, tuple((name, value) for name, value in answer.headers.items() if name != "date"))
        for answer in answers
    }
    assert len(seen) == 1
    assert [standings(database, state)[NEWSLETTER] for state in states] == [
        "pending", "pending", "active", "returning", "active",
    ]  # fmt: skip


def test_what_is_wrong_with_an_address_stands_beside_the_field_s12(site, database):
    before = everything(database)
    wrong = {
        "": "Type your email address.",
        "  ": "Type your email address.",
        'ann"><b>@example.org': "It should look like name@example.com.",
        "ann@example.org\u0000": "It should look like name@example.com.",
        "postmaster@example.org": "This address belongs to a role, not to a reader.",
    }
    for email, said in wrong.items():
        answer = sign_up(site, email)
        field = re.search(r'id="email"[^>]*>\s*<p class="error" id="email-error">([^<]*)', answer.words)
        assert (answer.status, said in field.group(1)) == (400, True), email
        assert 'aria-describedby="email-error email-note" aria-invalid="true"' in answer.words
        assert "<b>@" not in answer.words
    assert everything(database) == before


def test_a_form_without_a_newsletter_of_ours_keeps_the_address_and_asks_for_one(site):
    for chosen, said in {(): "Choose at least one newsletter.", ("evening",): "is not offered here any more."}.items():
        page = sign_up(site, newsletters=chosen).words
        assert f'value="{NEW}"' in page
        assert re.search(r'<p class="error" id="choice-error">([^<]*)', page).group(1).endswith(said)
        assert page.count('type="checkbox" name="newsletter"') == 2
        assert " checked" not in page


def test_several_newsletters_are_asked_about_in_one_mail(site, database):
    sign_up(site, newsletters=(NEWSLETTER, "weekend"))
    assert standings(database) == {NEWSLETTER: "pending", "weekend": "pending"}
    assert len(mails(database)) == 1


def test_whoever_fills_the_field_that_nobody_sees_is_told_the_same_and_nothing_is_written_s08(site, database):
    before = everything(database)
    answer = sign_up(site, website="https://cheap.example")
    assert "Check your inbox" in answer.words
    assert everything(database) == before


def test_a_likely_slip_is_asked_about_and_never_put_right_unasked_s12(site, database):
    page = sign_up(site, "ann@gmial.com").words
    assert re.findall(r'<button name="email" value="([^"]*)">', page) == ["ann@gmail.com", "ann@gmial.com"]
    assert mails(database) == []
    stamp = re.search(r'name="stamp" value="([^"]*)"', page).group(1)
    assert "Check your inbox" in sign_up(site, "ann@gmial.com", stamp=stamp, checked="1").words
    assert standings(database, "ann@gmial.com") == {NEWSLETTER: "pending"}


def test_one_network_is_told_to_wait_after_ten_forms_in_an_hour_s07(site, database):
    answers = [sign_up(site, f"reader{n}@example.net") for n in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert "Please try again later" in answers[-1].words
    assert sign_up(site, headers={"X-Forwarded-For": "198.51.100.7"}).status == 200
    assert len(mails(database)) == 11


@pytest.mark.parametrize("stamp", ["", "forged", "now"])
def test_a_form_without_a_stamp_of_ours_passes_three_times_and_then_asks_for_one_more_press_s08(site, stamp):
    fresh = re.search(r'name="stamp" value="([^"]*)"', site.get("/").words).group(1)
    sent = fresh if stamp == "now" else stamp  # the clock stands still: it is handed back in no time
    answers = [sign_up(site, f"reader{n}@example.net", stamp=sent).words for n in range(4)]
    assert ["Check your inbox" in page for page in answers] == [True, True, True, False]
    assert "One more press" in answers[-1]
    assert 'value="reader3@example.net"' in answers[-1]
    assert f'name="newsletter" value="{NEWSLETTER}"' in answers[-1]
    assert re.search(r'name="stamp" value="[0-9]+-[0-9a-f]{32}"', answers[-1])
    assert "Check your inbox" in sign_up(site, "reader3@example.net").words


def test_signing_up_again_after_leaving_asks_again_and_the_old_link_brings_nobody_back(site, database):
    sign_up(site)
    first = asked(database)
    site.press(confirm_link(first))
    assert standings(database) == {NEWSLETTER: "active"}
    site.press(leave_link(subscription(database, NEW)))
    page = site.press(confirm_link(first)).words
    assert "You left since" in page
    assert standings(database) == {NEWSLETTER: "unsubscribed"}


@pytest.mark.parametrize(
    ("referer", "origin", "page"),
    [
        ("https://news.example/a/b?c=d#e", "", "https://news.example/a/b"),
        ("", "https://news.example", "https://news.example"),
        ("", "null", None),
        ("http://user:secret@[2001:db8::1]:8080/x", "", "http://[2001:db8::1]:8080/x"),
        ("https://[broken/", "https://news.example:99999", None),
        ("javascript:alert(1)", "", None),
        ("https://news.example/" + "x" * 300, "", "https://news.example/" + "x" * 179),
        ("https://news.example/\u0000", "", None),
    ],
)
def test_of_the_source_page_neither_query_nor_name_is_kept_s13(referer, origin, page):
    assert source_page(referer, origin) == page
