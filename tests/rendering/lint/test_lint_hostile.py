import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from valid_newsletter import BOUNDARY, Newsletter

from digest.rendering.lint import RULES, Violation, lint_message

GOOD = Newsletter()
WIRE = GOOD.wire()
STATEMENTS = {statement for statement, _ in RULES}

# A busy machine is no reason to fail.
untimed = settings(deadline=None)

# Pieces that mail, MIME, HTML and CSS parsers stumble over.
SHARDS = st.sampled_from(
    [
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"--" + BOUNDARY.encode(),
        b'"',
        b"<",
        b"<!--[if mso]>",
        b"<![CDATA[",
        b"<style>@media{a{",
        b"url(",
        b"=?utf-8?b?A?=",
        b"=?utf-8?q?=ZZ?=",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: x-uuencode\r\n",
        b"Content-Type: multipart/mixed; boundary*0*=x\r\n",
        b"From: ((((\r\n",
        b"href=//[",
        b"\xed\xa0\x80",
        b"\xff",
        b"&#0;&#xd800;",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The valid message after a few cuts and insertions."""
    raw = WIRE
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 400)))
        raw = raw[:start] + draw(st.one_of(SHARDS, st.binary(max_size=20))) + raw[end:]
    return raw


def assert_sound(violations: list[Violation]) -> None:
    assert {violation.rule for violation in violations} <= STATEMENTS
    assert all(violation.where.isprintable() for violation in violations)


@untimed
@given(st.binary(), st.booleans())
def test_any_bytes_are_judged_and_never_raise(raw, relaxed):
    violations = lint_message(raw, relaxed=relaxed)
    assert violations, "no arbitrary bytes are a valid newsletter"
    assert_sound(violations)


@untimed
@given(mutated())
def test_a_damaged_newsletter_is_judged_and_never_raises(raw):
    assert_sound(lint_message(raw))


@untimed
@given(st.text())
def test_any_html_is_judged_and_never_raises(text):
    assert_sound(lint_message(GOOD.body(text.encode(errors="replace").decode()).wire()))


@untimed
@given(
    st.sampled_from(["From", "To", "Subject", "Date", "List-Unsubscribe", "List-Id", "List-Archive", "Content-Type"]),
    st.binary(),
)
def test_any_header_value_is_judged_and_never_raises(name, value):
    assert_sound(lint_message(name.encode() + b": " + value + b"\r\n" + WIRE))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"From: " + b"(" * 5_000 + WIRE,
        b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_500)),
        GOOD.body("<div>" * 20_000).wire(),
        GOOD.body("<style>" + "@media{" * 20_000 + "</style>").wire(),
        GOOD.subject("=?undefined?q?x?= =?idna?q?=FF?= =?hex?b?AA?=", "x").wire(),
        GOOD.rich('charset="utf-8"', 'charset="utf-16"').wire(),
    ],
    ids=["nothing", "blank", "comments", "messages", "multiparts", "elements", "blocks", "charsets", "utf-16"],
)
def test_what_is_nested_or_named_to_hurt_is_judged_and_never_raises(raw):
    violations = lint_message(raw)
    assert violations
    assert_sound(violations)
