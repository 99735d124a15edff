import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.header_lines import (
    PHRASE_FIELD_OCTETS,
    mailbox_field,
    phrase_field,
    text_field,
    verbatim_field,
)

ENCODED_WORD = re.compile(rb"=\?[^?\s]*\?[bq]\?[^?\s]*\?=")
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
# What reads like syntax of some kind.
TRICKY = st.lists(
    st.sampled_from(
        ["=?utf-8?q?x?=", "=?", "?=", '"', "\\", "<", ">", ",", ";", ":", "(", ")", "@", " ", "\r\n", "\n "]
    )
    | st.sampled_from(
        ["Bcc: eve@post.example", "ü", "漢", "🙂", "\u202e", "\u00a0", "\x85", "\u2028", "a" * 90, "word "]
    ),
    max_size=12,
).map("".join)
TEXTS = UNICODE | TRICKY
ADDRESS = "ada@post.example"


def read(field, name):
    """Give the header as the standard library reads it; it must find nothing wrong."""
    message = message_from_bytes(field + b"\r\n", policy=default)
    assert message.keys() == [name]
    assert message.defects == []
    assert message[name].defects == ()
    return message[name]


def seen(text):
    """Give the letters of *text* that are seen; blanks and what is not printed may be changed in a header."""
    return [letter for letter in text if letter.isprintable() and not letter.isspace()]


def sound(field):
    assert field.isascii()
    assert field.endswith(b"\r\n")
    first, *more = field.removesuffix(b"\r\n").split(b"\r\n")
    assert all(line.startswith(b" ") and line.strip() for line in more)
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in (first, *more))
    # Longer than 78 only where nothing could be folded: one word, behind the name or on a line of its own.
    assert all(len(line) <= 78 or len(line.partition(b": ")[2].split() or line.split()) == 1 for line in (first, *more))
    assert b"?==?" not in field
    assert all(len(word) <= 75 for word in ENCODED_WORD.findall(field))


@given(TEXTS)
def test_whatever_a_text_holds_it_is_one_sound_field_that_reads_back(text):
    field = text_field("Subject", text)
    sound(field)
    assert seen(read(field, "Subject")) == seen(text)


@given(TEXTS)
def test_whatever_a_reader_is_called_it_is_one_mailbox(name):
    field = mailbox_field("To", name, ADDRESS)
    sound(field)
    (mailbox,) = read(field, "To").addresses
    assert mailbox.addr_spec == ADDRESS
    assert seen(mailbox.display_name) == seen(name)


@given(TEXTS)
def test_whatever_a_list_is_called_its_id_stands_at_the_end_within_255_octets(name):
    rest = "<daily-headlines.news.post.example>"
    field = phrase_field("List-Id", name, rest)
    sound(field)
    assert len(read(field, "List-Id").encode()) <= PHRASE_FIELD_OCTETS
    value = field.removeprefix(b"List-Id: ").removesuffix(b"\r\n").replace(b"\r\n", b"").decode()
    assert len(value) <= PHRASE_FIELD_OCTETS
    assert value.endswith(f" {rest}")
    assert value.count("<") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ferries stay in port", b"Subject: Ferries stay in port\r\n"),
        ("two  blanks\tand\r\nlines ", b"Subject: two blanks and lines\r\n"),
        ("a\u00adb \u202eturned\u202c", b"Subject: ab turned\r\n"),
        ("Zürich", b"Subject: =?utf-8?q?Z=C3=BCrich?=\r\n"),
        ("=?utf-8?q?x?=", b"Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n"),
        ("", b"Subject: \r\n"),
    ],
)
def test_a_text_is_plain_where_it_can_be_and_encoded_where_it_must(text, line):
    assert text_field("Subject", text) == line


@pytest.mark.parametrize("text", ["नमस्ते क्\u200dष", "family 👨\u200d👩\u200d👧 day", "\U0001fae8 new emoji"])
def test_joined_letters_and_new_emoji_stay_as_they_are(text):
    assert read(text_field("Subject", text), "Subject") == text
    assert read(mailbox_field("To", text, ADDRESS), "To").addresses[0].display_name == text


def test_a_word_longer_than_a_line_leaves_no_empty_first_line():
    assert text_field("Subject", "x" * 120).startswith(b"Subject: =?utf-8?q?xxx")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", b"To: ada@post.example\r\n"),
        (" \r\n\u202e", b"To: ada@post.example\r\n"),
        ("Ada Lovelace", b'To: "Ada Lovelace" <ada@post.example>\r\n'),
        ('Ada "the" \\L', b'To: "Ada \\"the\\" \\\\L" <ada@post.example>\r\n'),
        ("Ada, Countess", b'To: "Ada, Countess" <ada@post.example>\r\n'),
        ("Adä", b"To: =?utf-8?q?Ad=C3=A4?= <ada@post.example>\r\n"),
        ("Ada <eve@post.example>", b"To: =?utf-8?q?Ada_=3Ceve=40post=2Eexample=3E?= <ada@post.example>\r\n"),
        ("x" * 60, b'To: "' + b"x" * 60 + b'"\r\n <ada@post.example>\r\n'),
    ],
)
def test_a_mailbox_is_written_so(name, line):
    assert mailbox_field("To", name, ADDRESS) == line


def test_a_long_address_stands_whole_on_a_line_of_its_own():
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example"
    assert mailbox_field("To", "Ada", address) == f'To: "Ada"\r\n <{address}>\r\n'.encode()
    assert mailbox_field("To", "", address) == f"To: {address}\r\n".encode()


@pytest.mark.parametrize("value", ["a\r\nBcc: eve@post.example", "a\nb", "a\0b", "ä", "a\tb", "\x7f", "a\u2028b"])
def test_what_would_have_to_be_encoded_or_folded_is_refused_verbatim(value):
    with pytest.raises(ValueError, match="List-Unsubscribe can't carry"):
        verbatim_field("List-Unsubscribe", value)


def test_an_address_stays_whole_however_long_it_is():
    url = f"<https://news.post.example/{'x' * 200}>"
    assert verbatim_field("List-Unsubscribe", url) == f"List-Unsubscribe: {url}\r\n".encode()
