"""`digest subscribers`: bring readers in and out, count them, tell the story of one, let one in again, forget one."""

import io
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import typer

from digest.cli.desk import Desk, newsletter_named
from digest.cli.private_file import create_private
from digest.cli.progress import reading_through
from digest.cli.rejects import Rejects, free_name_beside, rejects_file
from digest.database import Database
from digest.delivery.forgetting import forget_reader
from digest.delivery.reader_story import read_story
from digest.errors import BadInputError
from subscribers.address import EmailAddress
from subscribers.excusing import excuse
from subscribers.exporting import SUPPRESSED, export_subscribers, write_rows
from subscribers.record import find_reader, find_suppression
from subscribers.store import Intake, keep_timezone, standing_counts
from subscribers.subscriber import SubscriptionStatus
from subscribers.timezone import zone_named
from subscribers.tokens import keyring
from subscribers.transfer import ImportReport, import_subscribers, read_rows

app = typer.Typer(
    help="Readers: import, export and count them, show, place, let in again or forget one.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Its header: email, perhaps name and timezone.")],
    newsletter: Annotated[str, typer.Option(help="The newsletter they read.")],
    provenance: Annotated[
        str, typer.Option(help="Where and when they agreed, such as 'paper sign-up sheets, spring 2026'.")
    ],
    rejected: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Where rejected rows go; by default FILE.rejected.csv beside the file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Put readers who agreed elsewhere on a newsletter; they are active at once.

    Who has left, or must not be mailed, stays away. A rejected row goes to a file with its line and its reason, and
    stops nothing.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    newsletter_named(settings, newsletter)
    if not provenance.strip():
        raise BadInputError("--provenance must say where and when these readers agreed")
    if file.exists() and not file.is_file():
        raise BadInputError(f"{file} is no file")  # a pipe or a device may never end
    intake = Intake(newsletter, provenance.strip(), keyring(settings.site.all_secrets), desk.now())
    try:
        opened = file.open("rb")
    except OSError as error:
        raise BadInputError(f"{file} can't be read: {error.strerror}") from error
    beside = rejected or free_name_beside(file)
    with opened, rejects_file(beside) as rejects:
        report = _import(desk, opened, file.stat().st_size, database, intake, rejects)
    _report(desk, file, report, rejects, beside, as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


@app.command("export")
def export(
    context: typer.Context,
    newsletter: Annotated[str | None, typer.Option(help="Only readers of this newsletter.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="Only who stands there, such as active; repeat for more.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Write there instead of to standard output.")
    ] = None,
) -> None:
    """Write readers as CSV: where they stand, since when and on whose word. Instants are in UTC.

    A spreadsheet runs nothing in it: a cell that looks like a formula begins with an apostrophe, which `import`
    takes off again. Whoever must not be mailed has the status 'suppressed'. The file is for its owner's eyes only.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    if newsletter is not None:
        newsletter_named(settings, newsletter)
    rows = export_subscribers(database.reading, newsletter, _statuses(status or []))
    if out is None:
        write_rows(rows, sys.stdout)
        return
    with create_private(out) as file:
        try:
            count = write_rows(rows, file)
        except BaseException:
            out.unlink()  # half of the readers, which nothing tells from all of them
            raise
    desk.tell(f"{count:,} rows in {out}")


@app.command("forget")
def forget(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The reader's email address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Erase a reader at their wish, for good: address, name, consent, and what relays said of them.

    A keyed hash of the address stays, so that it is never mailed again, whoever imports it or signs it up. What was
    mailed is still counted. It can't be undone.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    key, ring = EmailAddress.parse(address, of_reader=False).key, keyring(settings.site.all_secrets)
    with database.reading() as session:
        is_known, suppression = find_reader(session, key) is not None, find_suppression(session, key, ring)
    if not is_known and suppression is None:
        desk.tell(f"nothing is known of {key}")
        raise typer.Exit(1)
    if is_known and not yes:
        _ask(f"Erase {key} for good?")
    erased = forget_reader(database, key, keyring=ring, now=desk.now())
    if as_json:
        desk.say_json({"erased": erased is not None, **(asdict(erased) if erased else {})})
    elif erased is None:
        desk.say(f"nothing is kept of {key} but that it must not be mailed")
    else:
        desk.say(f"forgotten: {erased.subscriptions:,} subscriptions, {erased.consents:,} consent records erased")


@app.command("stats")
def stats(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Count readers by newsletter and status."""
    desk: Desk = context.obj
    settings = desk.settings()
    with desk.database(settings).reading() as session:
        counts: dict[str, dict[str, int]] = {slug: {} for slug in settings.newsletters} | standing_counts(session)
    if as_json:
        desk.say_json(counts)
        return
    for newsletter, by_status in counts.items():
        told = ", ".join(f"{count:,} {status}" for status, count in by_status.items()) or "nobody yet"
        desk.say(f"{newsletter}: {told}")


@app.command("show")
def show(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The reader's email address.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell all that is known of an address: standings, consent, suppression, what became of each mail and edition."""
    desk: Desk = context.obj
    settings = desk.settings()
    key = EmailAddress.parse(address, of_reader=False).key
    with desk.database(settings).reading() as session:
        story = read_story(session, key, keyring(settings.site.all_secrets))
    if story.is_empty:
        desk.tell(f"nothing is known of {key}")
        raise typer.Exit(1)
    if as_json:
        desk.say_json(story.as_json())
        return
    for line in story.lines(key):
        desk.say(line)


@app.command("timezone")
def timezone(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The reader's email address.")],
    zone: Annotated[str | None, typer.Argument(metavar="ZONE", help="Such as Europe/Lisbon.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget where they live.")] = False,
) -> None:
    """Keep in which time zone a reader lives, for newsletters that come on readers' own mornings (mornings).

    Readers choose it themselves on their preferences page, and files of readers may bring it.
    """
    desk: Desk = context.obj
    if (zone is None) != remove:
        raise BadInputError("say where: ZONE, or --remove")
    key, named = EmailAddress.parse(address, of_reader=False).key, zone_named(zone) if zone else None
    with desk.database(desk.settings()).writing() as session:
        is_known = keep_timezone(session, key, named)
    if not is_known:
        desk.tell(f"{key} is no reader's address")
        raise typer.Exit(1)
    desk.say(f"{key} lives in {named}" if named else f"forgotten: where {key} lives")


@app.command("excuse")
def excuse_(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of somebody who wants in.")],
) -> None:
    """Let the form ask an address again that did not answer three mails, because its owner told you that they want in.

    Nothing is sent now: they fill in the form, and confirm by its mail as everybody does, at most one in 24 hours. Who
    must not be mailed is not asked.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    key, ring = EmailAddress.parse(address, of_reader=False).key, keyring(settings.site.all_secrets)
    with desk.database(settings).writing() as session:
        suppression = find_suppression(session, key, ring)
        excused = 0 if suppression else excuse(session, ring.address_hash(key), desk.now())
    if suppression:
        raise BadInputError(f"{key} must not be mailed: {suppression.reason}")
    if not excused:
        desk.tell(f"no mail to {key} is without an answer")
        raise typer.Exit(1)
    desk.say(f"{key} may sign up again: {excused} mails without an answer no longer count")


def _import(
    desk: Desk, opened: IO[bytes], octets: int, database: Database, intake: Intake, rejects: Rejects
) -> ImportReport:
    with (
        io.TextIOWrapper(opened, encoding="utf-8-sig", errors="replace", newline="") as lines,
        reading_through(desk.err, "Importing readers", octets) as show,
    ):
        rows = read_rows(lines, intake.newsletter)
        return import_subscribers(
            rows, database.writing, intake, lambda done: show(opened.tell(), done), on_rejected=rejects.add
        )


def _report(desk: Desk, file: Path, report: ImportReport, rejects: Rejects, beside: Path, *, as_json: bool) -> None:
    if as_json:
        desk.say_json({**asdict(report), "rejected_file": str(beside) if report.rejected else None})
        return
    for row in rejects.first:
        desk.tell(f"rejected {file}:{row.line}: {row.reason}")
    if untold := report.rejected - len(rejects.first):
        desk.tell(f"... and {untold:,} more")
    where = f", which are in {beside}" if report.rejected else ""
    desk.say(
        f"{report.added:,} added, {report.unchanged:,} unchanged, {report.kept_away:,} had left and stay away,"
        f" {report.rejected:,} rejected{where}"
    )


def _statuses(named: Sequence[str]) -> Sequence[str]:
    known = [*SubscriptionStatus, SUPPRESSED]
    if unknown := [name for name in named if name not in known]:
        raise BadInputError(f"there is no status {unknown[0]!r}; there is {', '.join(known)}")
    return named


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise BadInputError("this can't be undone: say --yes")
    if not typer.confirm(question):
        raise typer.Exit(1)
