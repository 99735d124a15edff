"""The lines of a sender's journal: what is written before and after each message, and how it is read again. Pure.

A line is a JSON array in ASCII, so that no reply of a relay can end it or start another. A line may be there
twice and mean the same.

Behind the last line there may be NULs: room that was not used. A line is written from its second octet on and its first
last; so what begins with NUL is a line that was never completed, and only the last may be such a one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from digest.delivery.outcome import Outcome, OutcomeKind

VERSION = 1
LONGEST_REPLY = 512
LONGEST_LINE = 12 * LONGEST_REPLY + 256  # octets: a character beyond 16 bits is two escapes of six
_LARGEST_CODE = 999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_NUMBER = 2**63 - 1  # what a database keeps as an integer


class IllegibleError(ValueError):
    """A line that no sender wrote, or not whole."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose journal it is, about which edition of which database; `boot` None where the system names no boot."""

    sender: str
    edition_id: int
    database_mark: str
    boot: str | None
    host: str
    started: datetime


class Answered(NamedTuple):
    """A final answer: to whose message, in which attempt (from 1), what it came to and when (UTC)."""

    subscriber_id: int
    attempt: int
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """What the lines after the heading tell: answers, readers begun and not answered, lines that can't be read."""

    answered: tuple[Answered, ...]
    begun: frozenset[int]
    illegible: int


def heading_line(heading: Heading) -> bytes:
    """Return the first line of a journal."""
    of = [heading.sender, heading.edition_id, heading.database_mark, heading.boot, heading.host]
    return json.dumps(["digest-journal", VERSION, *of, heading.started.isoformat()]).encode("ascii") + b"\n"


def begun_line(subscriber_id: int, attempt: int) -> bytes:
    """Return the line that goes before the final dot of a message."""
    return b'["b",%d,%d]\n' % (subscriber_id, attempt)


def answered_line(subscriber_id: int, attempt: int, outcome: Outcome, at: datetime) -> bytes:
    """Return the line that follows the final answer; of the reply it keeps 512 characters."""
    # By hand: json.dumps of a list takes three times as long, and this is paid for every message.
    since = at - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    what, reply = _what(outcome.kind, outcome.code, outcome.enhanced_code), quoted(outcome.reply[:LONGEST_REPLY])
    return f'["a",{subscriber_id},{attempt},{seconds}.{since.microseconds:06},{what},{reply}]\n'.encode("ascii")


@lru_cache(maxsize=256)  # relays use a handful
def _what(kind: OutcomeKind, code: int | None, enhanced_code: str | None) -> str:
    enhanced = "null" if enhanced_code is None else quoted(enhanced_code)
    return f"{quoted(kind)},{'null' if code is None else code},{enhanced}"


def read_heading(content: bytes) -> Heading:
    """Return the heading of a journal's *content*.

    Raises:
        IllegibleError: it has none, or one of another version.
    """
    line, end, _ = content.partition(b"\n")
    match _array(line) if end else None:
        case [
            "digest-journal",
            int(version),
            str(sender),
            int(edition_id),
            str(mark),
            str() | None as boot,
            str(host),
            str(started),
        ] if version == VERSION and _counts(edition_id):
            return Heading(sender, edition_id, mark, boot, host, _instant(started))
    raise IllegibleError("no heading that this version can read")


def read_story(contents: Iterable[bytes]) -> Story:
    """Return what the lines of a sender's segments tell together.

    The last line of a segment may be torn, because its sender died while writing it: what it was to announce
    had not been done.
    """
    answered: dict[tuple[int, int], Answered] = {}
    begun: set[tuple[int, int]] = set()
    illegible = 0
    for content in contents:
        for line in _lines(content):
            try:
                told = _told(line)
            except IllegibleError:
                illegible += 1
            else:
                if isinstance(told, Answered):
                    answered[told.subscriber_id, told.attempt] = told
                else:
                    begun.add(told)
    open_ = frozenset(reader for reader, _ in begun - answered.keys())
    return Story(tuple(answered.values()), open_, illegible)


def _lines(content: bytes) -> list[bytes]:
    """Return the lines after the heading, without one that was not completed."""
    lines = content.split(b"\n")[1:-1]
    # A longer one is no torn line but a hole, behind which something was lost with the machine.
    if lines and lines[-1].startswith(b"\0") and len(lines[-1]) < LONGEST_LINE:
        lines.pop()
    return lines


def _told(line: bytes) -> Answered | tuple[int, int]:
    match _array(line):
        case ["b", reader, attempt] if _counts(reader, attempt):
            return reader, attempt
        case ["a", reader, attempt, float(at), kind, code, enhanced, str(reply)] if _counts(reader, attempt):
            return Answered(reader, attempt, _outcome(kind, code, enhanced, reply), _at(at))
    raise IllegibleError("a line of no known kind")


def _outcome(kind: Any, code: Any, enhanced: Any, reply: str) -> Outcome:
    is_code = code is None or (type(code) is int and -1 <= code <= _LARGEST_CODE)
    if not (isinstance(kind, str) and kind in set(OutcomeKind) and is_code and isinstance(enhanced, str | None)):
        raise IllegibleError("an outcome of no known kind")
    return Outcome(OutcomeKind(kind), code, enhanced, reply)


def _array(line: bytes) -> list[Any] | None:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):  # what is left of a disk block may look like anything
        return None
    return read if isinstance(read, list) else None


def _counts(*numbers: Any) -> bool:
    return all(type(number) is int and 0 < number <= _LARGEST_NUMBER for number in numbers)


def _at(timestamp: float) -> datetime:
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        raise IllegibleError("a time that is none") from None


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise IllegibleError("a time that is none") from None
