"""What each header must say, whatever the message is."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from digest.rendering.lint.mailbox import Mailbox
from digest.rendering.lint.violation import Fault
from digest.rendering.lint.wire import Wire

REQUIRED = ("From", "Date", "Message-ID", "Subject", "To", "MIME-Version", "Content-Type")
AT_MOST_ONCE = frozenset({*(name.lower() for name in REQUIRED), "sender", "reply-to"})

DISPLAY_NAME_CHARACTERS = 64
MESSAGE_ID_CHARACTERS = 250

# The blocks of pictographs, and the selector that turns a plain sign into one; © and ™ alone are text.
EMOJI = re.compile("[\U0001f000-\U0001faff\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b1b\u2b1c\u2b50\u2b55\ufe0f\u20e3]")
REPLY_PREFIX = re.compile(r"(?:re|fwd?)\s*:", re.IGNORECASE)

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MESSAGE_ID = re.compile(rf"<{ATOM}(?:\.{ATOM})*@{ATOM}(?:\.{ATOM})*>")

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DATE = re.compile(
    r"(?:([A-Z][a-z]{2}), )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? [+-](\d{2})([0-5]\d)",
    re.ASCII,
)


def one_of_each(wire: Wire) -> Iterator[Fault]:
    """H01: exactly one of each required field, at most one Sender, Reply-To and each List-* (RFC 5322 §3.6)."""
    counts = Counter(field.key for field in wire.fields)
    for name in REQUIRED:
        if not counts[name.lower()]:
            yield Fault(f"The message has no {name} header.", name)
    for field in {field.key: field for field in wire.fields}.values():
        if counts[field.key] > 1 and (field.key in AT_MOST_ONCE or field.key.startswith("list-")):
            yield Fault(f"The header stands {counts[field.key]} times; only one is allowed.", field.name)


def one_sender(wire: Wire) -> Iterator[Fault]:
    """H02: From holds exactly one mailbox; that we sign for its domain is not in the bytes."""
    value = wire.first("From")
    if value is not None and Mailbox.parse(value) is None:
        yield Fault("From does not hold exactly one mailbox, as in: Name <name@example.org>.", f"From: {value}")


def plain_display_name(wire: Wire) -> Iterator[Fault]:
    """H03: the display name is the publication: present, at most 64 characters, no emoji."""
    sender = Mailbox.parse(wire.first("From") or "")
    if sender is None:
        return
    if not sender.name:
        yield Fault("From shows no display name; it should be the publication's.", f"From: {sender.address}")
    if len(sender.name) > DISPLAY_NAME_CHARACTERS:
        yield Fault(f"The display name has {len(sender.name)} characters; 64 is the most.", f"From: {sender.name}")
    if EMOJI.search(sender.name):
        yield Fault("The display name holds an emoji.", f"From: {sender.name}")


def honest_subject(wire: Wire) -> Iterator[Fault]:
    """H04: the subject is not empty, is one line, pretends no reply; `?==?` is T4's, as in every header."""
    if wire.subject is None:
        return
    if not wire.subject:
        yield Fault("The subject is empty.", "Subject")
    if REPLY_PREFIX.match(wire.subject):
        yield Fault("The subject pretends to be a reply or a forward.", f"Subject: {wire.subject}")
    if "\r" in wire.subject or "\n" in wire.subject:
        yield Fault("The subject holds a line end.", f"Subject: {wire.subject}")


def sound_message_id(wire: Wire) -> Iterator[Fault]:
    """H05: Message-ID is `<…@domain>` and has at most 250 characters; the ledger sees to its stability."""
    value = wire.first("Message-ID")
    if value is None:
        return
    if not MESSAGE_ID.fullmatch(value):
        yield Fault("Message-ID is not of the form <name@domain>.", f"Message-ID: {value}")
    if len(value) > MESSAGE_ID_CHARACTERS:
        yield Fault(f"Message-ID has {len(value)} characters; 250 is the most.", f"Message-ID: {value}")


def numeric_date(wire: Wire) -> Iterator[Fault]:
    """H06: Date has English names and a numeric zone, and names a real day (RFC 5322 §3.3)."""
    value = wire.first("Date")
    if value is not None and not _is_date(value):
        yield Fault("Date is not of the form: Sat, 14 Mar 2020 06:00:00 -0400.", f"Date: {value}")


def _is_date(value: str) -> bool:
    match = DATE.fullmatch(value)
    if not match or match[3] not in MONTHS:
        return False
    day, year, hour, minute, second, zone_hours, zone_minutes = (int(match[n] or 0) for n in (2, 4, 5, 6, 7, 8, 9))
    try:
        zone = timezone(timedelta(hours=zone_hours, minutes=zone_minutes))
        moment = datetime(year, MONTHS.index(match[3]) + 1, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return False
    return match[1] in (None, WEEKDAYS[moment.weekday()])


def separate_encoded_words(wire: Wire) -> Iterator[Fault]:
    """T4: no header holds `?==?`, two encoded-words without white space between (Yahoo answers 554)."""
    for field in wire.all_fields:
        if "?==?" in field.value:
            yield Fault("Two encoded-words touch (?==?); Yahoo refuses such a message.", f"{field.name}: {field.value}")
