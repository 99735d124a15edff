"""Readers from elsewhere: a CSV file, row by row, with its provenance."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from sqlmodel import Session

from subscribers.address import EmailAddress, InvalidAddressError
from subscribers.errors import SubscribersError
from subscribers.exporting import SUPPRESSED
from subscribers.import_store import take_in
from subscribers.name import clean_name
from subscribers.spreadsheet import unguarded
from subscribers.staging import StagedRow
from subscribers.store import Intake, Newcomer
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus, moves_of
from subscribers.timezone import UnknownZoneError, zone_named

BATCH_ROWS = 5000  # others wait for the write lock of SQLite for a quarter of a second at most
_NOT_MAILED = {status.value for status in SubscriptionStatus} - {SubscriptionStatus.ACTIVE.value} | {SUPPRESSED}


class FileRow(NamedTuple):
    """A row that names a reader: its line in the file, counted from 1, and that line as it stood."""

    line: int
    newcomer: Newcomer
    text: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was left out: its line in the file, counted from 1, why, and that line as it stood."""

    line: int
    reason: str
    text: str


@dataclass
class ImportReport:
    """What became of a file's rows; `kept_away` are those who had left and stay away."""

    added: int = 0
    unchanged: int = 0
    kept_away: int = 0
    rejected: int = 0

    def count(self, before: Mapping[SubscriptionStatus | None, int]) -> None:
        """Count rows by where their readers stood before."""
        for status, rows in before.items():
            after = moves_of(SubscriptionEvent.IMPORT)[status]
            if after != status:
                self.added += rows
            elif after in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.RETURNING):
                self.kept_away += rows
            else:
                self.unchanged += rows


class UnreadableFileError(SubscribersError):
    """A file of readers has no usable shape at all."""


def read_rows(lines: Iterable[str], newsletter: str | None = None) -> Iterator[FileRow | RejectedRow]:
    """Read a CSV with a header that names `email` and perhaps `name` and `timezone`, one row at a time.

    Each line stands alone: a quote left open spoils its own row and no other (law 10). Where the header names
    `status`, as in an export of ours, whoever is not active is rejected; where it names `newsletter`, whoever reads
    another than *newsletter*: they never agreed to this one.

    Raises:
        UnreadableFileError: the first line is no such header.
    """
    numbered = enumerate(lines, start=1)
    header = _read_header(next(numbered, (1, ""))[1])
    for number, line in numbered:
        if line.strip():
            yield _read_row(header, line, number, newsletter)


def import_subscribers(
    rows: Iterable[FileRow | RejectedRow],
    writing: Callable[[], AbstractContextManager[Session]],
    intake: Intake,
    on_progress: Callable[[int], None] = lambda _done: None,
    on_rejected: Callable[[RejectedRow], None] = lambda _row: None,
    batch_rows: int = BATCH_ROWS,
) -> ImportReport:
    """Put everybody in *rows* on the newsletter, *batch_rows* a transaction; report what became of the rows.

    *writing* opens a transaction. *on_progress* hears how many rows are done, *on_rejected* of each row that was left
    out, in the order of the file: nothing of the file is kept.
    """
    report, remaining, done = ImportReport(), iter(rows), 0
    while batch := list(islice(remaining, batch_rows)):
        rejected = [row for row in batch if isinstance(row, RejectedRow)]
        rejected += _import_batch([row for row in batch if isinstance(row, FileRow)], writing, intake, report)
        for row in sorted(rejected, key=attrgetter("line")):
            on_rejected(row)
        report.rejected += len(rejected)
        done += len(batch)
        on_progress(done)
    return report


def _import_batch(
    rows: list[FileRow],
    writing: Callable[[], AbstractContextManager[Session]],
    intake: Intake,
    report: ImportReport,
) -> list[RejectedRow]:
    """Import *rows* and count them; return those that are suppressed. Of several for one reader the first counts."""
    staged: dict[str, StagedRow] = {}
    doubles: list[tuple[FileRow, int]] = []
    for row in rows:
        address, name = row.newcomer.address, row.newcomer.name
        key = address.key
        if key in staged:
            doubles.append((row, staged[key].place))
        else:
            hashed, timezone = intake.keyring.address_hash(key), row.newcomer.timezone
            staged[key] = StagedRow(key, row.line, str(address), hashed, name, timezone)
    with writing() as session:
        taken = take_in(session, staged.values(), intake)
    report.count(taken.before)
    suppressed = taken.suppressed | {row.line for row, first in doubles if first in taken.suppressed}
    report.unchanged += sum(1 for row, _ in doubles if row.line not in suppressed)
    return [
        RejectedRow(row.line, f"{row.newcomer.address} must not be mailed: it is suppressed", row.text)
        for row in rows
        if row.line in suppressed
    ]


def _read_header(line: str) -> list[str]:
    try:
        header = [name.strip().lower() for name in next(csv.reader([line.removeprefix("\ufeff")]), [])]
    except csv.Error as error:
        raise UnreadableFileError(f"the first line is no CSV header: {error}") from error
    if "email" not in header:
        raise UnreadableFileError(f"the first line must name a column 'email'; it reads {line.strip()[:80]!r}")
    return header


def _read_row(header: list[str], line: str, number: int, newsletter: str | None) -> FileRow | RejectedRow:
    text = line.rstrip("\r\n")
    if "\ufffd" in line:
        return RejectedRow(number, "the line is not UTF-8 text", text)
    try:
        values = dict(zip(header, next(csv.reader([line], strict=True)), strict=False))
        _check_standing(values, newsletter)
        address = EmailAddress.parse(unguarded(values.get("email", "").strip()))
        name, zone = clean_name(unguarded(values.get("name", "").strip())), values.get("timezone", "").strip()
        return FileRow(number, Newcomer(address, name, zone_named(zone) if zone else None), text)
    except csv.Error as error:
        return RejectedRow(number, f"the line is no CSV: {error}", text)
    except (InvalidAddressError, UnknownZoneError, _ElsewhereError) as error:
        return RejectedRow(number, str(error), text)


class _ElsewhereError(SubscribersError):
    """By the file's own word this reader is not on the newsletter."""


def _check_standing(values: Mapping[str, str], newsletter: str | None) -> None:
    status, of = values.get("status", "").strip(), values.get("newsletter", "").strip()
    if status.lower() in _NOT_MAILED:
        raise _ElsewhereError(f"by the file this reader is {status.lower()}; only active ones come in")
    if of and newsletter and of != newsletter:
        raise _ElsewhereError(f"by the file this reader is on {of[:80]!r}, not on {newsletter!r}")
