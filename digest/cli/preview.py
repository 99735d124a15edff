"""`digest preview`: see an edition before, and after, it goes out."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from digest.cli.desk import Desk, date_named, newsletter_named
from digest.delivery.outcome import OutcomeKind
from digest.delivery.outlets import outlets_of
from digest.editions.contents import runners_up
from digest.errors import BadInputError, DigestError
from digest.lightbox.pages import lightbox_app
from digest.lightbox.pictures import take_pictures
from digest.lightbox.watching import EditionWatch
from digest.preview import Preview, mail_preview, preview_edition, write_preview
from digest.settings import Settings
from digest.web.serving import address_of, listen
from digest.web.serving import serve as serve_until_told
from subscribers.address import EmailAddress

LOOPBACK = "127.0.0.1"


def preview(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(metavar="NEWSLETTER")],
    date: Annotated[str | None, typer.Option(help="The edition's local date; by default today's.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write edition.html, edition.txt, edition.eml and report.json there."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help='Mail it there, marked "[TEST]", and to nobody else. May be repeated.'),
    ] = None,
    screenshots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a PNG for each screen, by day and by night, there; needs Chromium."),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show it in a browser, anew whenever it changes, until Ctrl-C.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where to serve it; 0 takes a free port.", min=0, max=65535)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Show what an edition would be now, or what it was when it went out. Changes nothing."""
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    found, now = newsletter_named(settings, newsletter), desk.now()
    recipients = [EmailAddress.parse(address) for address in to or ()]
    local_date = date_named(date, found, now)
    if serve:
        _serve(desk, EditionWatch(desk.config, desk.settings, database, newsletter, local_date, desk.now), port)
        return
    edition = preview_edition(database, settings, newsletter, local_date, now)
    # Written before anything is shown: a reader such as `head` may end the run at any line.
    for path in write_preview(edition, out) if out else ():
        desk.tell(f"wrote {path}")
    for path in take_pictures(edition, screenshots) if screenshots else ():
        desk.tell(f"wrote {path}")
    if as_json:
        desk.say_json(edition.report())
    else:
        _show(desk, edition)
    for recipient in recipients:
        _mail(desk, settings, edition, recipient)
    if edition.proof.errors:
        raise typer.Exit(1)


def _serve(desk: Desk, watch: EditionWatch, port: int) -> None:
    try:
        listener = listen(LOOPBACK, port)
    except OSError as error:
        raise BadInputError(f"--port {port} can't be had: {error.strerror}") from error
    desk.say(f"{watch.newsletter} {watch.local_date}: {address_of(listener)}/ (Ctrl-C ends it)")
    serve_until_told(lightbox_app(watch.latest), listener)


def _show(desk: Desk, preview: Preview) -> None:
    edition, report = preview.edition, preview.report()
    window = edition.schedule.window
    state = "published, as it went out" if preview.is_published else "not published yet, as it would go out now"
    desk.say(f"{edition.newsletter} {edition.schedule.local_date} ({state})")
    desk.say(f"Window      {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC, {window.hours:g} hours")
    desk.say(f"Subject     {preview.artifact.subject}")
    desk.say(f"Standfirst  {edition.standfirst}")
    desk.say(f"SHA-256     {preview.artifact.sha256}")
    size = report["bytes"]
    desk.say(f"Bytes       {size['html']:,} HTML, {size['text']:,} text, {size['message']:,} message")
    desk.out.print(_stories(preview))
    first = runners_up(edition.left_out)
    for story in first:
        desk.say(f"Nearly in   {story.headline}: {story.why}; {story.score.total} points, it lacked {story.lacked}")
    for story in edition.left_out:
        if story not in first:
            desk.say(f"Left out    {story.headline}: {story.why}")
    for warning in preview.warnings:
        desk.say(f"Warning     {warning}")
    for violation in preview.proof.violations:
        desk.say(f"{violation.severity.capitalize():<11} {violation.rule} {violation.what} ({violation.where})")


def _stories(preview: Preview) -> Table:
    table = Table("", "Place", "Points", "Headline", "Why it stands there", box=None, pad_edge=False)
    for position, story in enumerate(preview.edition.stories, start=1):
        points = str(story.score.total) if story.score.parts else ""
        cells = (str(position), story.section, points, story.headline, "; ".join(story.reasons))
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    return table


def _mail(desk: Desk, settings: Settings, preview: Preview, recipient: EmailAddress) -> None:
    relay = outlets_of(settings)[0].relay
    outcome = asyncio.run(mail_preview(preview, relay, recipient, desk.now()))
    if outcome.kind is not OutcomeKind.SENT:
        raise DigestError(f"the test mail to {recipient} was not sent: {outcome.code or ''} {outcome.reply}")
    desk.tell(f"mailed to {recipient}, marked [TEST]")
