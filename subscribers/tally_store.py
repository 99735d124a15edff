"""The SQL of the tallies: what the limits count, shared by all processes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Integer, Text, delete, select, true
from sqlmodel import Session, col

from subscribers.consent_store import insert_into
from subscribers.given_rows import given
from subscribers.instant import Instant
from subscribers.signup_tables import Tally
from subscribers.sliding_window import WINDOW, window_at
from subscribers.tokens import Keyring

KEPT = timedelta(days=1)
_COLUMNS = ["kind", "key_hash", "window_start", "count"]


class TallyKind(StrEnum):
    """What is counted: sign-ups, proofs of work, readers' wishes for another address, and mails.

    Sign-ups are counted by the network they come from (all, and those without a stamp), mails by where they go. A
    mailbox is what an address is without its tag: its windows begin with its mails themselves.
    """

    NETWORK = "network"
    UNSTAMPED = "unstamped"
    MAILBOX = "mailbox"
    DOMAIN = "domain"
    MAILS = "mails"
    READER = "reader"
    PROOF = "proof"


class TallyKey(NamedTuple):
    """What is counted, and for whom."""

    kind: TallyKind
    key_hash: str


ALL_MAILS = TallyKey(TallyKind.MAILS, "")


def tally_key(keyring: Keyring, kind: TallyKind, text: str) -> TallyKey:
    """Return the key under which *text*, which is not kept itself, is counted."""
    return TallyKey(kind, keyring.fingerprint("tally", f"{kind.value} {text}"))


class Tallies:
    """The counts of a group of sign-ups: what the database held, and what the group adds."""

    def __init__(self, found: Iterable[tuple[TallyKey, datetime, int]] = ()) -> None:
        self._counts: defaultdict[TallyKey, defaultdict[datetime, int]] = defaultdict(lambda: defaultdict(int))
        self._added: defaultdict[tuple[TallyKey, datetime], int] = defaultdict(int)
        for key, window, count in found:
            self._counts[key][window] = count

    def count(self, key: TallyKey, window: datetime) -> int:
        """Return the count for *key* in the window that begins at *window* (UTC)."""
        return self._counts[key].get(window, 0)

    def is_any_after(self, key: TallyKey, moment: datetime) -> bool:
        """Say whether a window for *key* began after *moment* (UTC)."""
        return any(window > moment for window in self._counts[key])

    def add(self, key: TallyKey, window: datetime) -> None:
        """Count one more for *key* in the window that begins at *window* (UTC)."""
        self._counts[key][window] += 1
        self._added[key, window] += 1

    def added(self) -> list[tuple[TallyKey, datetime, int]]:
        """Return what was counted here, in the one order in which every process writes it."""
        return [(key, window, count) for (key, window), count in sorted(self._added.items())]


def held_tallies(session: Session, keys: Iterable[TallyKey], now: datetime) -> Tallies:
    """Return the tallies of *keys* and of all mails, which no other process changes before the transaction ends.

    Whoever counts does so holding the counts of all mails in this window and the one before: two processes have one of
    these in common even while the hour turns.
    """
    window = window_at(now)
    _write(session, [(ALL_MAILS, window - WINDOW, 0), (ALL_MAILS, window, 0)])
    asked = given(session, sorted({ALL_MAILS, *keys}), kind=Text, key_hash=Text)
    rows = session.execute(
        select(col(Tally.kind), col(Tally.key_hash), col(Tally.window_start), col(Tally.count))
        .join(asked, (col(Tally.kind) == asked.c.kind) & (col(Tally.key_hash) == asked.c.key_hash))
        .where(col(Tally.window_start) > now - KEPT)
    )
    return Tallies((TallyKey(TallyKind(kind), key_hash), start, count) for kind, key_hash, start, count in rows)


def keep_tallies(session: Session, tallies: Tallies) -> None:
    """Add to the database what was counted."""
    _write(session, tallies.added())


def drop_old_tallies(session: Session, now: datetime) -> int:
    """Delete the tallies that no limit looks at any more at *now* (UTC); return how many they were."""
    dropped = delete(Tally).where(col(Tally.window_start) <= now - KEPT).returning(col(Tally.count))
    return len(session.execute(dropped).all())


def _write(session: Session, counts: Iterable[tuple[TallyKey, datetime, int]]) -> None:
    rows = [(*key, window, count) for key, window, count in counts]
    columns = given(session, rows, kind=Text, key_hash=Text, window_start=Instant, count=Integer).c
    inserted = insert_into(session, Tally).from_select(
        _COLUMNS,
        # SQLite takes ON for a join's unless a condition stands before it.
        select(columns.kind, columns.key_hash, columns.window_start, columns["count"])
        .where(true())
        .order_by(columns.kind, columns.key_hash, columns.window_start),
    )
    count = {"count": col(Tally.count) + inserted.excluded["count"]}
    session.execute(inserted.on_conflict_do_update(index_elements=_COLUMNS[:3], set_=count))
