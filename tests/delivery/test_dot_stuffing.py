import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.dot_stuffing import Dotless, stuffed

# Any content, and such as is made to smuggle an end into it.
contents = st.binary(max_size=200) | st.lists(
    st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"..", b" ", b"\0", b".\r\n", b"\r\n.\r\n"]), max_size=30
).map(b"".join)


@given(contents)
@example(b"")
@example(b".")
@example(b"a\n.\nb")
@example(b"a\r\n.\r\nMAIL FROM:<x@y>\r\n")
@example(b"a\r.\r\n")
@example(b"a\r\n.\r")
def test_nothing_in_a_content_can_end_it_early(content):
    wire = stuffed(content)
    assert wire.endswith(b"\r\n")
    # However a server reads line ends, no line consists of a dot alone before ours does.
    assert b"." not in re.split(rb"\r\n|\r|\n", wire)
    assert b"." not in wire.split(b"\n")


@given(contents)
def test_who_takes_the_dots_away_again_has_the_content(content):
    received = re.sub(rb"(?m)^\.", b"", stuffed(content))
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    assert re.sub(rb"\r\n|\r|\n", b"\r\n", received) == (lines if lines.endswith(b"\r\n") else lines + b"\r\n")


@given(st.lists(st.text("ab. =", max_size=8), max_size=8))
def test_lines_without_a_dot_in_front_are_left_alone(lines):
    content = b"".join(b"x" + line.encode() + b"\r\n" for line in lines) or b"x\r\n"
    assert stuffed(content) is content
    assert stuffed(Dotless(content)) == content


@pytest.mark.parametrize("content", [b"no end", b"half an end\r"])
def test_what_is_vouched_for_still_ends_in_a_whole_line(content):
    assert stuffed(Dotless(content)) == content.rstrip(b"\r") + b"\r\n"
