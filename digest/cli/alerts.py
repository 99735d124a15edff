"""`digest alerts`: what is wrong just now."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import typer

from digest.alerts.canary import CanaryError
from digest.alerts.canary_watch import look_for_canary
from digest.alerts.store import Alert, alerts_since
from digest.alerts.telling import SWITCH, channels_of, notice_of, tell, tell_due
from digest.alerts.watchdog import look
from digest.alerts.wording import line_of
from digest.cli.desk import Desk
from digest.settings import Settings

A_WEEK = timedelta(days=7)


def alerts(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Look now, and tell the operators what is new.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send each channel of [alerts] a test, and do no more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is wrong, since when, and what was wrong in the last seven days.

    'digest serve' looks all the time; --check is for machines without it, from cron. Leaves with 1 while something
    is wrong. Each code is explained in docs/alerts.md.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    if test:
        raise typer.Exit(_test(desk, settings))
    if check:
        try:
            look_for_canary(database, settings, desk.now())
        except CanaryError as error:
            desk.tell(f"the canary's mailbox: {error}")
        look(database, settings, desk.now())
        asyncio.run(tell_due(database, settings, desk.now))
    with database.reading() as session:
        found = alerts_since(session, desk.now() - A_WEEK)
    if as_json:
        desk.say_json([_as_json(alert) for alert in found])
    else:
        for alert in found:
            desk.say(_line(alert))
        if not found:
            desk.say("Nothing is wrong.")
    raise typer.Exit(1 if any(alert.over_at is None for alert in found) else 0)


def _test(desk: Desk, settings: Settings) -> int:
    """Tell every channel that this is a test; return the exit code."""
    switches = [(SWITCH, f"{slug}/test") for slug in settings.alerts.switch_urls]
    code = 0
    for channel, about in [*((channel, "test") for channel in channels_of(settings)), *switches]:
        problem = asyncio.run(tell(settings, notice_of(None, channel, f"{about} {desk.now()}", desk.now()), desk.now()))
        name = f"{channel} of {about.partition('/')[0]}" if channel == SWITCH else channel
        desk.say(f"{name}: {problem or 'told'}")
        code = 1 if problem else code
    return code


def _line(alert: Alert) -> str:
    until = f" until {alert.over_at:%Y-%m-%d %H:%M}" if alert.over_at else ""
    line = line_of(alert, is_over=alert.over_at is not None)
    return f"{alert.finding.since:%Y-%m-%d %H:%M}{until} UTC  {alert.finding.code}  {line}\n    {alert.finding.words}"


def _as_json(alert: Alert) -> dict[str, Any]:
    finding = alert.finding
    return {
        "id": alert.id,
        "code": finding.code.value,
        "subject": finding.subject,
        "words": finding.words,
        "since": finding.since.isoformat(),
        "over_at": alert.over_at.isoformat() if alert.over_at else None,
    }
