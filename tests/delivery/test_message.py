from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_edition import (
    ADA,
    ADDRESSES,
    FOOT,
    HTML_FOOT,
    KEYS,
    MAILBOXES,
    NAMES,
    NOW,
    PUBLICATION,
    READERS,
    artifact,
    bodies,
    compiled,
    read,
)

from digest.delivery.mailboxes import Mailboxes
from digest.delivery.message import Reader
from digest.rendering import slots
from subscribers.tokens import Purpose

ONE_OF_EACH = ["From", "Date", "Message-ID", "Subject", "To", "MIME-Version", "Content-Type", "List-Unsubscribe"]
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300)
STORIES = WORDS | st.sampled_from(
    [".\n..\n.", "x" * 5000, "漢字かな。" * 400, "🙂" * 200, "a b " * 300, "From here\n= =3D \n"]
)


def filled(text, compiled_edition, reader, quoted=str):
    for sentinel, value in compiled_edition.values_for(reader).items():
        text = text.replace(sentinel, quoted(value))
    return text.replace("\n", "\r\n")


def numbers_in(wire, purpose, path, bound_to=""):
    """Give the row numbers that the links of one kind in a message lead to."""
    text, html = bodies(wire)
    begin = f"{PUBLICATION.base_url}/{path}/"
    return {KEYS.read(purpose, part.partition(begin)[2][:30], bound_to=bound_to) for part in (text, html)}


@given(READERS, STORIES, STORIES)
def test_every_reader_gets_the_text_exactly_in_a_message_without_defects(reader, text, html):
    made = artifact(text=text, html=html)
    edition = compiled(made)
    found = bodies(edition.message_for(reader, NOW))
    assert found[0] == filled(made.text, edition, reader)
    assert found[1] == filled(made.html, edition, reader, escape)


@given(READERS, WORDS, STORIES)
def test_the_wire_bytes_keep_to_line_lengths_and_line_ends(reader, subject, text):
    wire = compiled(artifact(subject=subject or "x", text=text)).message_for(reader, NOW)
    assert wire.endswith(b"\r\n")
    assert wire.isascii()
    assert b"\0" not in wire
    lines = wire.removesuffix(b"\r\n").split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert all(len(line) <= 998 for line in lines)
    assert all(len(line) <= 76 for line in wire.partition(b"\r\n\r\n")[2].split(b"\r\n"))


@given(READERS, WORDS)
def test_no_name_and_no_subject_brings_another_header(reader, subject):
    plain = compiled().message_for(ADA, NOW)
    wire = compiled(artifact(subject=subject)).message_for(reader, NOW)
    message = read(wire)
    assert message.keys() == read(plain).keys()
    assert all(len(message.get_all(name)) == 1 for name in ONE_OF_EACH)
    (mailbox,) = message["To"].addresses
    assert mailbox.addr_spec == reader.address


@given(NAMES, ADDRESSES)
def test_a_readers_name_and_address_stand_in_no_header_but_to(name, address):
    reader = Reader(7, 11, address, name)
    first, second = (read(compiled().message_for(one, NOW)) for one in (ADA, reader))
    differing = {key for key in first if first[key] != second[key]}
    assert differing <= {"To"}


def test_a_message_id_is_the_same_for_a_reader_and_another_for_everybody_else():
    edition = compiled()
    ids = {
        edition.message_id(ADA),
        edition.message_id(replace(ADA, address="new@reader.example", name="New", subscription_id=99)),
        compiled(artifact(subject="Another")).message_id(ADA),
    }
    assert len(ids) == 1
    others = {
        edition.message_id(replace(ADA, subscriber_id=8)),
        compiled(day=NOW.date() + timedelta(days=1)).message_id(ADA),
        compiled(publication=replace(PUBLICATION, slug="evening")).message_id(ADA),
    }
    assert len(ids | others) == 4
    (one,) = ids
    assert one.startswith("<")
    assert one.endswith("@post.example>")
    assert len(one) <= 250
    assert read(edition.message_for(ADA, NOW))["Message-ID"] == one


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - bounds are naive
def test_the_date_is_the_moment_of_sending_with_a_numeric_zone(now):
    line = compiled().message_for(ADA, now).split(b"\r\n")[0].decode()
    assert line.startswith("Date: ")
    assert int(parsedate_to_datetime(line.removeprefix("Date: ")).timestamp()) == now.timestamp() // 1
    assert line[-5] in "+-"


def test_a_retry_differs_in_its_date_only():
    edition = compiled()
    first, again = (edition.message_for(ADA, moment).split(b"\r\n") for moment in (NOW, NOW + timedelta(hours=1)))
    assert [(a, b) for a, b in zip(first, again, strict=True) if a != b] == [
        (b"Date: Sat, 14 Mar 2026 06:00:04 +0000", b"Date: Sat, 14 Mar 2026 07:00:04 +0000")
    ]


def test_one_click_leaving_is_offered_as_the_standard_has_it():
    wire = compiled().message_for(ADA, NOW)
    token = KEYS.sign(Purpose.UNSUBSCRIBE, ADA.subscription_id)
    assert f"\r\nList-Unsubscribe: <https://news.post.example/u/{token}>\r\n".encode() in wire
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in wire
    assert wire.count(b"List-Unsubscribe:") == wire.count(b"List-Unsubscribe-Post:") == 1


def test_the_way_out_stays_whole_at_a_long_address():
    far = replace(PUBLICATION, base_url=f"https://{'n' * 60}.{'p' * 60}.example/letters/from/the/harbour")
    wire = compiled(publication=far).message_for(ADA, NOW)
    token = KEYS.sign(Purpose.UNSUBSCRIBE, ADA.subscription_id)
    assert f"\r\nList-Unsubscribe: <{far.base_url}/u/{token}>\r\n".encode() in wire


@given(READERS)
def test_every_link_leads_to_the_readers_own_subscription(reader):
    wire = compiled().message_for(reader, NOW)
    assert numbers_in(wire, Purpose.UNSUBSCRIBE, "u") == {reader.subscription_id}
    preferences = numbers_in(wire, Purpose.PREFERENCES, "preferences", bound_to=reader.address)
    assert preferences == {reader.subscription_id}


def test_list_and_feedback_headers_are_the_newsletters_own():
    message = read(compiled().message_for(ADA, NOW))
    assert message["List-Id"] == '"Daily Headlines" <daily-headlines.post.example>'
    assert message["List-Help"] == "<https://news.post.example/>"
    assert message["List-Archive"] == "<https://news.post.example/archive/daily-headlines>"
    assert message["List-Owner"] == "<mailto:desk@post.example>"
    assert (message["List-Post"], message["Precedence"]) == ("NO", "bulk")
    assert (message["X-Auto-Response-Suppress"], message["Reply-To"]) == ("All", "desk@post.example")
    campaign, newsletter, kind, sender = message["Feedback-ID"].split(":")
    assert (campaign, newsletter, kind) == ("20260314", "daily-headlines", "edition")
    assert 5 <= len(sender) <= 15


def test_the_owner_of_a_list_may_have_signs_in_their_address():
    odd = replace(PUBLICATION, contact="o'hara+50%?desk@post.example")
    assert read(compiled(publication=odd).message_for(ADA, NOW))["List-Owner"] == (
        "<mailto:o'hara+50%25%3Fdesk@post.example>"
    )


@given(NAMES.filter(str.strip).map(lambda name: name[:64]))
def test_whatever_a_newsletter_is_called_its_headers_are_sound(name):
    message = read(compiled(publication=replace(PUBLICATION, name=name)).message_for(ADA, NOW))
    (sender,) = message["From"].addresses
    assert sender.addr_spec == MAILBOXES.sender
    assert message["List-Id"].endswith("<daily-headlines.post.example>")


def test_the_encoding_follows_the_script():
    for text, encoding in (("Ferries stay in port.\n" * 50, "quoted-printable"), ("港は静かだ。\n" * 200, "base64")):
        parts = list(read(compiled(artifact(text=text)).message_for(ADA, NOW)).iter_parts())
        assert parts[0]["Content-Transfer-Encoding"] == encoding
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]


def test_an_address_with_signs_of_html_is_escaped_in_html_and_plain_in_text():
    reader = replace(ADA, address="o'hara&sons@reader.example")
    text, html = bodies(compiled().message_for(reader, NOW))
    assert "at o'hara&sons@reader.example." in text
    assert "at o&#x27;hara&amp;sons@reader.example." in html


def test_a_name_that_looks_like_a_slot_is_only_a_name():
    reader = replace(ADA, name=slots.ADDRESS, address="x@reader.example")
    text, html = bodies(compiled().message_for(reader, NOW))
    assert slots.ADDRESS not in text + html
    assert text.endswith(filled(FOOT, compiled(), reader))
    assert filled(HTML_FOOT, compiled(), reader, escape) in html


def test_bounces_come_back_to_a_signed_address_where_there_is_a_domain_for_them():
    assert compiled().sender_for(ADA) == "headlines@post.example"
    edition = compiled(mailboxes=Mailboxes("headlines@post.example", None, "bounces.post.example"))
    local, _, domain = edition.sender_for(ADA).partition("@")
    assert (len(local), domain) == (44, "bounces.post.example")
    assert local == KEYS.sign_caseless(Purpose.BOUNCE, ADA.subscription_id)
    assert "Reply-To" not in read(edition.message_for(ADA, NOW))


def test_a_test_mail_may_bear_another_subject_and_is_else_the_same():
    edition = compiled()
    plain, marked = (read(one.message_for(ADA, NOW)) for one in (edition, edition.with_subject("[Test] Fähren")))
    assert marked["Subject"] == "[Test] Fähren"
    assert {key for key in plain if plain[key] != marked[key]} == {"Subject"}


def test_every_trial_has_a_message_id_of_its_own():
    edition = compiled()
    trials = [edition.with_subject("[Test] Fähren", trial=trial) for trial in ("", " first", " second")]
    assert len({one.message_id(ADA) for one in trials}) == 3
    assert trials[0].message_id(ADA) == edition.message_id(ADA)


def test_the_same_edition_is_the_same_bytes():
    assert compiled().message_for(ADA, NOW) == compiled().message_for(ADA, NOW.astimezone(UTC))
    assert compiled(artifact(text="other")).boundary != compiled().boundary


def test_a_moment_elsewhere_is_the_same_moment_told_in_its_own_zone():
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert b"Date: Sat, 14 Mar 2026 06:00:04 +0000\r\n" in compiled().message_for(ADA, NOW)
    assert b"Date: Sat, 14 Mar 2026 15:00:04 +0900\r\n" in compiled().message_for(ADA, east)


@pytest.mark.parametrize("base_url", ["https://news.post.example/ä", "https://news.post.example\r\nBcc: eve@x.example"])
def test_an_address_of_ours_that_could_break_a_header_is_refused(base_url):
    with pytest.raises(ValueError, match="one line of printable ASCII"):
        compiled(publication=replace(PUBLICATION, base_url=base_url)).message_for(ADA, NOW)
