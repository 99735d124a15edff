"""`digest subscribers`: bring readers in, count them, and tell the story of one."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.desk import Desk, newsletter_named
from digest.cli.progress import counting
from digest.cli.reader_story import ReaderStory
from digest.delivery.history import past_deliveries
from digest.errors import BadInputError
from subscribers.address import EmailAddress
from subscribers.record import find_reader, find_suppression
from subscribers.store import Intake, standing_counts
from subscribers.tokens import keyring
from subscribers.transfer import ImportReport, import_subscribers, read_rows

app = typer.Typer(
    help="Readers: import and count them, show one.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="With a header: email and, perhaps, name.")],
    newsletter: Annotated[str, typer.Option(help="The newsletter they read.")],
    provenance: Annotated[
        str, typer.Option(help="Where and when they agreed, such as 'paper sign-up sheets, spring 2026'.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Put readers who agreed elsewhere on a newsletter; they are active at once.

    Who has left, or must not be mailed, stays away. A rejected row is a line with its reason and stops nothing.
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
        with (
            file.open(encoding="utf-8-sig", errors="replace", newline="") as lines,
            counting(desk.err, "Importing readers") as show,
        ):
            report = import_subscribers(read_rows(lines), database.writing, intake, show)
    except OSError as error:
        raise BadInputError(f"{file} can't be read: {error.strerror}") from error
    _report(desk, file, report, as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


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
    """Tell all that is known of one address: standings, consent, suppression, and what became of every edition."""
    desk: Desk = context.obj
    settings = desk.settings()
    key = EmailAddress.parse(address, of_reader=False).key
    with desk.database(settings).reading() as session:
        reader = find_reader(session, key)
        suppression = find_suppression(session, key, keyring(settings.site.all_secrets))
        deliveries = past_deliveries(session, reader.subscriber_id) if reader else []
    if reader is None and suppression is None:
        desk.tell(f"nothing is known of {key}")
        raise typer.Exit(1)
    story = ReaderStory(reader, suppression, deliveries)
    if as_json:
        desk.say_json(story.as_json())
        return
    for line in story.lines(key):
        desk.say(line)


def _report(desk: Desk, file: Path, report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        desk.say_json(asdict(report))
        return
    for row in report.rejected:
        desk.tell(f"rejected {file}:{row.line}: {row.reason}")
    desk.say(
        f"{report.added:,} added, {report.unchanged:,} unchanged, {report.kept_away:,} had left and stay away,"
        f" {len(report.rejected):,} rejected"
    )
