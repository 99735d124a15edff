import base64
import binascii
import quopri
import time

import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.quoted_printable import LINE
from digest.delivery.transfer_encoding import LARGEST_GROWTH, encode_part
from digest.rendering import slots

VALUES = {
    slots.UNSUBSCRIBE_URL: "https://news.post.example/u/AbCd-_0123456789AbCd0123456789",
    slots.PREFERENCES_URL: "https://news.post.example/preferences/AbCd-_0123456789AbCd01234567",
    slots.ADDRESS: "ada=lovelace+news@post.example",
}
# Dots, escapes, blanks and breaks where they hurt; letters of one to four octets; what only splitlines() breaks at.
MARKS = (".", "..", "=", "=3D", " ", "  ", "\t", "\n", "\r\n", "\r", "\n.\n", " \n", "From ", "\nFrom x", "&amp;")
LETTERS = ("é", "漢字", "🙂", "\u2028", "\x0b", "\x0c", "\x85", "\0", "\x1c")
LENGTHS = ("x" * 75, "x" * 76, "x" * 77, "y" * 1200, "ß" * 40)
PIECES = st.sampled_from((*slots.SENTINELS, *MARKS, *LETTERS, *LENGTHS))
TEXTS = st.lists(PIECES | st.text(max_size=90), max_size=30).map("".join)


def filled(text, values=VALUES):
    """Give *text* as a reader should see it, in CRLF and with one line end at the end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    for sentinel, value in values.items():
        lines = lines.replace(sentinel, value)
    return lines.replace("\n", "\r\n").encode()


def decoded(part, values=VALUES):
    body = b"".join(part.pieces(values))
    return base64.b64decode(body) if part.name == "base64" else quopri.decodestring(body)


def sound(body):
    lines = body.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= LINE for line in lines)
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert body.isascii()
    assert b"\0" not in body


def untouchable(body):
    """Nothing on the way has a reason to touch the body, and what DKIM's "relaxed" makes of it is the same bytes."""
    lines = body.split(b"\r\n")
    assert not any(line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t")) for line in lines)
    assert b"  " not in body
    assert b"\t" not in body
    # Empty lines at the end don't count in a message's body; a part's are followed by the boundary.
    assert Relaxed.canonicalize_body(body + b"--boundary\r\n") == body + b"--boundary\r\n"


@given(TEXTS)
def test_whatever_the_text_it_comes_back_exactly_in_lines_of_76(text):
    part = encode_part(text, slots.SENTINELS)
    body = b"".join(part.pieces(VALUES))
    sound(body)
    untouchable(body)
    assert decoded(part) == filled(text)


@given(TEXTS, st.text("abc=.&;é漢 \t", max_size=100), st.text("xyz=. ", max_size=300))
def test_whatever_a_slot_takes_it_moves_nothing_else(text, address, url):
    values = VALUES | {slots.ADDRESS: address, slots.UNSUBSCRIBE_URL: url}
    part = encode_part(text, slots.SENTINELS)
    body = b"".join(part.pieces(values))
    sound(body)
    untouchable(body)
    assert body.startswith(part.head)
    assert decoded(part, values) == filled(text, values)


@given(TEXTS)
def test_base64_is_taken_only_where_quoted_printable_is_much_longer(text):
    # As the lint has it (H09), on the bytes of one reader: what is decided once must hold for everybody.
    part = encode_part(text, slots.SENTINELS)
    for values in (VALUES, dict.fromkeys(slots.SENTINELS, ""), dict.fromkeys(slots.SENTINELS, "x" * 300)):
        octets = filled(text, values)
        if part.name == "base64":
            assert len(binascii.b2a_qp(octets)) > LARGEST_GROWTH * len(octets)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ferries stay in port as dockers turn down the offer.\n" * 20, "quoted-printable"),
        ("Die Fähren bleiben im Hafen, heißt es bei der Behörde für Häfen.\n" * 20, "quoted-printable"),
        ("港湾労働者が賃上げ案を否決、フェリーは二日目も全便欠航のまま岸壁に停泊。\n" * 20, "base64"),
        ("عمال الميناء يرفضون العرض\n" * 20, "base64"),
        ("a\n" * 500, "quoted-printable"),
        ("\n" * 500, "quoted-printable"),
        ("", "quoted-printable"),
    ],
)
def test_the_encoding_is_the_one_that_suits_the_script(text, encoding):
    assert encode_part(text, slots.SENTINELS).name == encoding


def test_each_slot_stands_alone_between_two_soft_breaks():
    part = encode_part(f"You get this at {slots.ADDRESS}, as you asked.\n", slots.SENTINELS)
    assert b"".join(part.pieces(VALUES)) == (
        b"You get this at=20=\r\nada=3Dlovelace+news@post.example=\r\n, as you asked.\r\n"
    )  # fmt: skip


def test_what_stands_between_slots_is_encoded_once_for_all_readers():
    part = encode_part(f"ä{slots.ADDRESS}ö{slots.ADDRESS}", slots.SENTINELS)
    first, second = (
        b"".join(part.pieces(VALUES | {slots.ADDRESS: address})) for address in ("a@b.example", "c@d.example")
    )
    assert first.replace(b"a@b.example", b"c@d.example") == second


@pytest.mark.parametrize("width", range(70, 80))
@pytest.mark.parametrize("letter", ["x", "é", "="])
def test_a_slot_may_come_at_any_column(width, letter):
    text = f"{'x' * (width - 3)}{letter * 3}{slots.ADDRESS}{letter * width}"
    part = encode_part(text, slots.SENTINELS)
    sound(b"".join(part.pieces(VALUES)))
    assert decoded(part) == filled(text)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00e9 "])
@pytest.mark.parametrize("width", range(70, 80))
def test_a_blank_at_the_end_of_a_full_line_goes_to_the_next_one(width, blank):
    # binascii.b2a_qp, which was used once, makes lines of 77 and 78 of these (H08).
    text = f"{'x' * width}{blank}\nmore{blank}"
    part = encode_part(text, slots.SENTINELS)
    sound(b"".join(part.pieces(VALUES)))
    assert decoded(part) == filled(text)


def test_a_text_has_one_line_end_at_its_end_and_keeps_empty_lines_before():
    assert b"".join(encode_part("a", slots.SENTINELS).pieces(VALUES)) == b"a\r\n"
    assert b"".join(encode_part("a\n", slots.SENTINELS).pieces(VALUES)) == b"a\r\n"
    assert b"".join(encode_part("a\n\n", slots.SENTINELS).pieces(VALUES)) == b"a\r\n\r\n"


@pytest.mark.parametrize("width", range(70, 80))
@pytest.mark.parametrize("start", [".", "..", "From ", "=."])
def test_what_must_not_begin_a_line_is_escaped_where_a_soft_break_brings_it_there(width, start):
    text = f"{'x' * width}{start * 60}\n{start}{slots.ADDRESS}{start}\n{start}"
    part = encode_part(text, slots.SENTINELS)
    for values in (VALUES, VALUES | {slots.ADDRESS: f"{start}ada{'y' * width}{start * 9}"}):
        sound(b"".join(part.pieces(values)))
        untouchable(b"".join(part.pieces(values)))
        assert decoded(part, values) == filled(text, values)


def test_a_line_of_a_megabyte_is_folded_in_a_moment():
    began = time.process_time()
    body = b"".join(encode_part("." * 1_000_000, slots.SENTINELS).pieces(VALUES))
    assert time.process_time() - began < 5
    assert quopri.decodestring(body) == b"." * 1_000_000 + b"\r\n"


def test_what_stands_before_the_first_slot_is_the_same_for_all_and_known():
    for text in ("Ferries stay in port.\n" * 50, "港は静かだ。\n" * 200):
        part = encode_part(f"{text}{slots.ADDRESS}{text}", slots.SENTINELS)
        assert len(part.head) > len(b"".join(part.pieces(VALUES))) // 2 - 100
        for address in ("a@b.example", "somebody.else@c.example"):
            assert b"".join(part.pieces(VALUES | {slots.ADDRESS: address})).startswith(part.head)
