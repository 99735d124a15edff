"""`digest doctor`: what is wrong with this setup, and how to mend it."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from digest.cli.desk import Desk
from digest.database import Database
from digest.doctor.dns_answers import Dns
from digest.doctor.examination import examine_clock, examine_here, examine_records, examine_relays
from digest.doctor.facts import offers
from digest.doctor.finding import Finding, Severity, exit_code, fault, unchecked
from digest.errors import BadInputError
from digest.settings import Settings

COLOURS = {Severity.WELL: "green", Severity.UNCHECKED: "cyan", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def doctor(
    context: typer.Context,
    nameserver: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Ask this name server, not the system's; perhaps with :PORT.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: no relay, no name server, no other clock.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Look at the whole setup, send nothing and change nothing, and say how to mend what is wrong.

    Configuration, permissions, database, looks, disk, feeds, the relay's login and offer, DKIM keys, SPF, DMARC, MX,
    PTR, clock. Leaves with 0 when all is well, with 1 after warnings or where something could not be checked, with 2
    after errors.
    """
    desk: Desk = context.obj
    findings = list(_examine(desk, nameserver, is_offline=offline))
    if as_json:
        desk.say_json([_as_json(finding) for finding in findings])
    else:
        for finding in sorted(findings, key=lambda one: -one.severity):
            _say(desk, finding)
        count = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
        desk.say(
            f"{count[Severity.ERROR]} errors, {count[Severity.WARNING]} warnings,"
            f" {count[Severity.UNCHECKED]} unchecked, {count[Severity.WELL]} well"
        )
    raise typer.Exit(exit_code(findings))


def _examine(desk: Desk, nameserver: str | None, *, is_offline: bool) -> Iterator[Finding]:
    try:
        settings = desk.settings()
        database = Database(settings.database.url.get_secret_value())
    except BadInputError as error:
        yield fault("configuration", str(error), "put that right; nothing else can be looked at before")
        return
    try:
        yield from examine_here(desk.config, settings, database)
    finally:
        database.close()
    if is_offline:
        yield unchecked("relay, DNS, clock", "--offline asks nobody", "digest doctor")
        return
    yield from _of_relays(settings)
    yield from examine_records(settings, Dns(nameserver))
    yield from examine_clock(settings, desk.now())


def _of_relays(settings: Settings) -> Iterator[Finding]:
    try:
        yield from examine_relays(settings, asyncio.run(offers(settings)))
    except BadInputError as error:
        yield fault("relay", str(error), "until then nothing is sent")


def _say(desk: Desk, finding: Finding) -> None:
    desk.out.print(f"{finding.severity.word:9}", style=COLOURS[finding.severity], end=" ", markup=False)
    desk.say(f"{finding.subject}: {finding.words}")
    for line in (finding.mend, finding.record):
        if line:
            desk.say(f"{'':9}   {line}")


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject,
        "severity": finding.severity.name.lower(),
        "found": finding.words,
        "mend": finding.mend,
        "record": finding.record,
    }
