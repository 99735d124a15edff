"""The SQL about alerts: each opens once and is over once, and each channel is told of both once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import Session, SQLModel, col

from digest.alerts.finding import Code, Finding
from digest.alerts.tables import AlertRow, NoticeRow
from digest.delivery.store.rows import insert_into

FIRST_RETRY = timedelta(minutes=2)
LONGEST_RETRY = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=3)
AT_ONCE = 20
_ALERT, _NOTICE = SQLModel.metadata.tables["alert"], SQLModel.metadata.tables["alert_notice"]
OPENED, OVER, WELL = "opened", "over", "well"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is stored; `over_at` None is open. Instants are in UTC."""

    id: int
    finding: Finding
    over_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told by a channel: of an *alert* or, where there is none, what `about` says."""

    id: int
    channel: str
    about: str
    alert: Alert | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Which alerts opened, and which are over."""

    opened: tuple[Alert, ...]
    over: tuple[Alert, ...]


NO_CHANGE = Change((), ())


def reconcile(
    session: Session, found: Sequence[Finding], judged: Collection[Code], channels: Iterable[str], now: datetime
) -> Change:
    """Open an alert for each of *found* that has none, and end those of the *judged* codes that are found no more.

    Each of *channels* gets a notice of it. One that is over while its subject has another trouble ends without a word:
    the other has been told. An alert that a channel never heard of is told of when it is over, and then only so.
    """
    opened = tuple(alert for one in found if (alert := _open(session, one)))
    still = {(one.code, one.subject) for one in found}
    troubled = {one.subject for one in found}
    gone = [
        alert
        for alert in open_alerts(session)
        if alert.finding.code in judged and (alert.finding.code, alert.finding.subject) not in still
    ]
    over = tuple(alert for one in gone if (alert := _end(session, one, now)))
    channels = tuple(channels)
    for alert in opened:
        _notify(session, channels, f"{alert.id} {OPENED}", alert.id, now)
    for alert in over:
        _forget_untold(session, alert.id)
        if alert.finding.subject not in troubled:
            _notify(session, channels, f"{alert.id} {OVER}", alert.id, now)
    return Change(opened, over)


def open_alerts(session: Session) -> list[Alert]:
    """Return the alerts that are open, the oldest first."""
    return _alerts(session, col(AlertRow.over_at).is_(None))


def alerts_since(session: Session, since: datetime) -> list[Alert]:
    """Return the alerts that are open or were over since *since*, the oldest first."""
    return _alerts(session, col(AlertRow.over_at).is_(None) | (col(AlertRow.over_at) >= since))


def would_change(session: Session, found: Sequence[Finding], judged: Collection[Code]) -> bool:
    """Say whether `reconcile` would open or end anything."""
    wrong = {(one.code, one.subject) for one in found}
    known = {(one.finding.code, one.finding.subject) for one in open_alerts(session)}
    return bool(wrong - known) or any(code in judged for code, _ in known - wrong)


def notify_well(session: Session, channel: str, abouts: Iterable[str], now: datetime) -> None:
    """Let *channel* be told, once, that what each of *abouts* names went well."""
    for about in abouts:
        _notify(session, (channel,), f"{about} {WELL}", None, now)


def not_yet_noted(session: Session, channel: str, abouts: Iterable[str]) -> list[str]:
    """Return those of *abouts* of which *channel* was not yet to be told."""
    wanted = {f"{about} {WELL}": about for about in abouts}
    is_noted = col(NoticeRow.about).in_(wanted) & (col(NoticeRow.channel) == channel)
    noted = set(session.execute(select(col(NoticeRow.about)).where(is_noted)).scalars()) if wanted else set()
    return [about for name, about in wanted.items() if name not in noted]


def claim_notices(session: Session, now: datetime) -> list[Notice]:
    """Take in hand what is to be told at *now*; each is to be tried again later unless it is `told` before."""
    is_due = col(NoticeRow.done_at).is_(None) & (col(NoticeRow.due_at) <= now)
    ready = select(NoticeRow).where(is_due).order_by(col(NoticeRow.id)).limit(AT_ONCE).with_for_update(skip_locked=True)
    rows = list(session.execute(ready).scalars())
    for row in rows:
        row.due_at = now + min(FIRST_RETRY * 2 ** min(row.attempts, 16), LONGEST_RETRY)
        row.attempts += 1
    session.flush()
    known = {row.alert_id for row in rows if row.alert_id is not None}
    alerts = {alert.id: alert for alert in _alerts(session, col(AlertRow.id).in_(known))} if known else {}
    return [Notice(row.id or 0, row.channel, row.about, alerts.get(row.alert_id or 0), row.begun_at) for row in rows]


def told(session: Session, notice: Notice, problem: str | None, now: datetime) -> None:
    """Record what came of a notice: told, or with a *problem* to be tried again, for `GIVES_UP_AFTER` at the most."""
    is_done = problem is None or now - notice.begun_at >= GIVES_UP_AFTER
    session.execute(
        update(NoticeRow)
        .where(col(NoticeRow.id) == notice.id)
        .values(problem=problem, **({"done_at": now} if is_done else {}))
    )


def has_due(session: Session, now: datetime) -> bool:
    """Say whether there is something to be told at *now*."""
    is_due = col(NoticeRow.done_at).is_(None) & (col(NoticeRow.due_at) <= now)
    return session.execute(select(col(NoticeRow.id)).where(is_due).limit(1)).first() is not None


def _open(session: Session, finding: Finding) -> Alert | None:
    """Open an alert; None when it is open already, by us or by another process a moment ago."""
    values = {
        "code": finding.code.value,
        "subject": finding.subject,
        "since": finding.since,
        "words": finding.words,
    }
    number = session.execute(
        insert_into(session, _ALERT).values(values).on_conflict_do_nothing().returning(col(AlertRow.id))
    ).scalar()
    return Alert(number, finding, None) if number is not None else None


def _end(session: Session, alert: Alert, now: datetime) -> Alert | None:
    ended = session.execute(
        update(AlertRow)
        .where(col(AlertRow.id) == alert.id, col(AlertRow.over_at).is_(None))
        .values(over_at=now)
        .returning(col(AlertRow.id))
    ).first()
    return Alert(alert.id, alert.finding, now) if ended else None


def _notify(session: Session, channels: Iterable[str], about: str, alert_id: int | None, now: datetime) -> None:
    for channel in channels:
        row = {
            "channel": channel,
            "about": about,
            "alert_id": alert_id,
            "begun_at": now,
            "due_at": now,
            "attempts": 0,
        }
        session.execute(insert_into(session, _NOTICE).values(row).on_conflict_do_nothing())


def _forget_untold(session: Session, alert_id: int) -> None:
    session.execute(delete(NoticeRow).where(col(NoticeRow.alert_id) == alert_id, col(NoticeRow.done_at).is_(None)))


def _alerts(session: Session, condition: ColumnElement[bool]) -> list[Alert]:
    known = col(AlertRow.code).in_([code.value for code in Code])  # another version may know more
    rows = session.execute(select(AlertRow).where(condition, known).order_by(col(AlertRow.id))).scalars()
    return [Alert(row.id or 0, Finding(Code(row.code), row.subject, row.since, row.words), row.over_at) for row in rows]
