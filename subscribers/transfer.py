"""Readers from elsewhere: a CSV file, row by row, with its provenance."""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice

from sqlmodel import Session

from subscribers.address import EmailAddress, InvalidAddressError
from subscribers.errors import SubscribersError
from subscribers.store import Intake, Newcomer, subscribe_imported, suppressed_keys
from subscribers.subscriber import SubscriptionStatus

BATCH_ROWS = 500
NAME_CHARACTERS = 200
_UNPRINTED = {"Cc", "Cs", "Zl", "Zp"}
_TURNING_TEXT_ABOUT = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was left out: its line in the file, counted from 1, and why."""

    line: int
    reason: str


@dataclass
class ImportReport:
    """What became of a file's rows; `kept_away` are those who had left and stay away."""

    added: int = 0
    unchanged: int = 0
    kept_away: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)

    def count(self, before: SubscriptionStatus | None) -> None:
        """Count one row by where its reader stood before."""
        if before in (None, SubscriptionStatus.PENDING):
            self.added += 1
        elif before is SubscriptionStatus.UNSUBSCRIBED:
            self.kept_away += 1
        else:
            self.unchanged += 1


class UnreadableFileError(SubscribersError):
    """A file of readers has no usable shape at all."""


def read_rows(lines: Iterable[str]) -> Iterator[tuple[int, Newcomer] | RejectedRow]:
    """Read a CSV with a header that names `email` and perhaps `name`, one row at a time.

    Each line stands alone: a quote left open spoils its own row and no other (law 10).

    Raises:
        UnreadableFileError: the first line is no such header.
    """
    numbered = enumerate(lines, start=1)
    header = _read_header(next(numbered, (1, ""))[1])
    for number, line in numbered:
        if line.strip():
            yield _read_row(header, line, number)


def import_subscribers(
    rows: Iterable[tuple[int, Newcomer] | RejectedRow],
    writing: Callable[[], AbstractContextManager[Session]],
    intake: Intake,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> ImportReport:
    """Put everybody in *rows* on the newsletter, a batch a transaction; report what became of each row.

    *writing* opens a transaction. *on_progress* hears how many rows are done.
    """
    report = ImportReport()
    remaining, done = iter(rows), 0
    while batch := list(islice(remaining, BATCH_ROWS)):
        report.rejected += [row for row in batch if isinstance(row, RejectedRow)]
        with writing() as session:
            _import_batch(session, [row for row in batch if not isinstance(row, RejectedRow)], intake, report)
        done += len(batch)
        on_progress(done)
    report.rejected.sort(key=lambda row: row.line)
    return report


def _import_batch(session: Session, rows: list[tuple[int, Newcomer]], intake: Intake, report: ImportReport) -> None:
    suppressed = suppressed_keys(session, (newcomer.address.key for _, newcomer in rows), intake.keyring)
    welcome = [newcomer for _, newcomer in rows if newcomer.address.key not in suppressed]
    before = subscribe_imported(session, welcome, intake)
    seen: set[str] = set()
    for line, newcomer in rows:
        key = newcomer.address.key
        if key in suppressed:
            report.rejected.append(RejectedRow(line, f"{newcomer.address} must not be mailed: it is suppressed"))
        else:
            report.count(SubscriptionStatus.ACTIVE if key in seen else before[key])
            seen.add(key)


def _read_header(line: str) -> list[str]:
    try:
        header = [name.strip().lower() for name in next(csv.reader([line.removeprefix("\ufeff")]), [])]
    except csv.Error as error:
        raise UnreadableFileError(f"the first line is no CSV header: {error}") from error
    if "email" not in header:
        raise UnreadableFileError(f"the first line must name a column 'email'; it reads {line.strip()[:80]!r}")
    return header


def _read_row(header: list[str], line: str, number: int) -> tuple[int, Newcomer] | RejectedRow:
    if "\ufffd" in line:
        return RejectedRow(number, "the line is not UTF-8 text")
    try:
        values = dict(zip(header, next(csv.reader([line], strict=True)), strict=False))
        return number, Newcomer(EmailAddress.parse(values.get("email", "")), _clean_name(values.get("name", "")))
    except csv.Error as error:
        return RejectedRow(number, f"the line is no CSV: {error}")
    except InvalidAddressError as error:
        return RejectedRow(number, str(error))


def _clean_name(raw: str) -> str:
    """Return a name on one line, without control characters: it may stand in a header (H12)."""
    visible = "".join(" " if unicodedata.category(letter) in _UNPRINTED else letter for letter in raw)
    return " ".join(visible.translate(_TURNING_TEXT_ABOUT).split())[:NAME_CHARACTERS].rstrip()
