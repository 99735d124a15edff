"""What operators read of an alert: the subject line, and a text that says since when, what it means, what to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digest.alerts.finding import Code
from digest.alerts.store import Alert


@dataclass(frozen=True, slots=True)
class Advice:
    """What a code means, and what to do. `{newsletter}` and `{date}` in `to_do` are those of the alert's subject."""

    title: str
    meaning: str
    to_do: str


ADVICE: Mapping[Code, Advice] = {
    Code.EDITION_NOT_READY: Advice(
        "not ready",
        "If nothing changes, it will not go out at its time.",
        "Look at it with 'digest preview {newsletter} --date {date}': it says what is in the way. If it waits for an"
        " approval, the preview names the command that gives it. It is tried again each minute.",
    ),
    Code.EDITION_NOT_STARTED: Advice(
        "not started",
        "Readers are waiting for it.",
        "See whether 'digest serve' runs and what its log says, then run 'digest send {newsletter} --date {date}':"
        " it is safe to repeat, and says what is in the way.",
    ),
    Code.EDITION_HELD: Advice(
        "held",
        "Something looks wrong with it, so nobody has got it, and nobody will unless a person says so.",
        "Look at it with 'digest preview {newsletter} --date {date}'. To send it as it is, run the 'digest edition"
        " approve' that the preview names, then 'digest send {newsletter} --date {date}'. When what it waits for is"
        " there it goes out by itself, until its deadline.",
    ),
    Code.EDITION_SKIPPED: Advice(
        "skipped",
        "There is too little in it to be sent. Its stories wait for the next edition.",
        "If there should be more, see 'digest sources', or import stories; until its deadline it then goes out by"
        " itself. If the day is only quiet, do nothing.",
    ),
    Code.EDITION_MISSED: Advice(
        "missed",
        "Nobody has got it. Its stories go into the next edition, so nothing is lost but the morning.",
        "To send it all the same, run 'digest send {newsletter} --date {date} --late'. Then find out why it was not"
        " sent: the log of 'digest serve' tells.",
    ),
    Code.EDITION_OPEN: Advice(
        "not finished",
        "Its deadline has passed, and some readers neither have it nor count as failed.",
        "Run 'digest send {newsletter} --date {date} --late' to deliver the rest. If nothing is to be sent any more,"
        " leave it.",
    ),
    Code.EQUATION_OPEN: Advice(
        "does not add up",
        "The ledger has lost readers, or has too many: it was damaged, or changed by hand.",
        "Keep a copy of the database as it is now, then compare it with the last backup. Nobody is mailed twice"
        " meanwhile.",
    ),
    Code.DELIVERIES_UNKNOWN: Advice(
        "deliveries of unknown end",
        "A process or a line died between a message and its answer. They are not sent again blindly.",
        "Look into the relay's log, then run 'digest reconcile {newsletter} {date}' with --mark-sent, --mark-failed"
        " or --resend.",
    ),
    Code.REFUSED_SPIKE: Advice(
        "refused by many",
        "Far more readers than usual could not be reached: a provider may refuse you, or the list may have gone bad.",
        "Look at the replies with 'digest subscribers show ADDRESS', or in the relay's log. If a provider refuses you"
        " (5.7.x), check SPF, DKIM and its postmaster pages before the next edition.",
    ),
    Code.LEFT_SPIKE: Advice(
        "left by many",
        "Far more readers than usual left after this edition.",
        "Look at what they were sent with 'digest preview {newsletter} --date {date}', and at whom you have imported.",
    ),
    Code.SOURCE_STALE: Advice(
        "source stale",
        "Nothing of this source comes in; editions go out without it.",
        "See 'digest sources', open its feed's address in a browser, and correct it in digest.toml if it has moved."
        " 'digest articles fetch' tries at once.",
    ),
    Code.RELAY_UNWELL: Advice(
        "relay unwell",
        "What should go through this relay waits. It is asked again by itself, at least every minute.",
        "Look into the relay's own log and whether it can be reached from here. A refusal by policy (5.7.x) is about"
        " you, not about readers: talk to its owner.",
    ),
    Code.NO_HEARTBEAT: Advice(
        "no heartbeat",
        "No feed is read and no edition goes out by itself until a 'digest serve' runs again.",
        "Start 'digest serve' again on that machine, or on any other that has this database: it goes on where the"
        " other stopped.",
    ),
    Code.CANARY_ABSENT: Advice(
        "not received",
        "The relay says that it took the mail, and our own reader has not got it: others may not have it either.",
        "Look into the canary's spam folder, into the relay's queue and log, and whether its mailbox can be reached;"
        " check SPF, DKIM and DMARC.",
    ),
}


def line_of(alert: Alert, *, is_over: bool) -> str:
    """Return the subject line: what is wrong, and with what."""
    title = ADVICE[alert.finding.code].title
    return (
        f"Recovered: {alert.finding.subject} ({title})" if is_over else f"{title.capitalize()}: {alert.finding.subject}"
    )


def text_of(alert: Alert, *, is_over: bool) -> str:
    """Return the text for operators."""
    advice, finding = ADVICE[alert.finding.code], alert.finding
    since = f"Since: {finding.since:%Y-%m-%d %H:%M} UTC"
    if is_over:
        until = f", until {alert.over_at:%Y-%m-%d %H:%M} UTC" if alert.over_at else ""
        return f"This is over. It was: {finding.words}.\n\n{since}{until}.\n\nThere is nothing to do.\n"
    newsletter, _, date = finding.subject.partition(" of ")
    to_do = advice.to_do.replace("{newsletter}", newsletter).replace("{date}", date)
    return (
        f"{finding.words}.\n\n{since}.\n\nWhat it means: {advice.meaning}\n\n"
        f"What to do: {to_do}\n\nMore: docs/alerts.md, {finding.code.value}. You will hear of this once, and again when"
        " it is over.\n"
    )


def posted(alert: Alert, site: str, *, is_over: bool) -> bytes:
    """Return what a webhook is sent, JSON in UTF-8; `text` is what chat programs show."""
    finding = alert.finding
    line, text = line_of(alert, is_over=is_over), text_of(alert, is_over=is_over)
    told: dict[str, Any] = {
        "event": "recovered" if is_over else "alert",
        "id": alert.id,
        "code": finding.code.value,
        "subject": finding.subject,
        "line": line,
        "since": finding.since.isoformat(),
        "over_at": alert.over_at.isoformat() if alert.over_at else None,
        "site": site,
        "text": f"{site}: {line}\n\n{text}",
    }
    return json.dumps(told, ensure_ascii=False).encode()
