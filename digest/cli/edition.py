"""`digest edition`: the editor's hand."""

import getpass
from typing import Annotated

import typer

from digest.cli.desk import Desk, date_named, newsletter_named
from digest.delivery.publishing import find_published
from digest.editions.store import write_text
from digest.errors import BadInputError

app = typer.Typer(
    help="An editor's own words for an edition.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    """Keep the group a group while it has one command."""


@app.command("retitle")
def retitle(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(metavar="NEWSLETTER")],
    date: Annotated[str | None, typer.Option(help="The edition's local date; by default today's.")] = None,
    subject: Annotated[str | None, typer.Option(help="The subject, instead of the lead's headline.")] = None,
    standfirst: Annotated[str | None, typer.Option(help="The sentence on the day, 40 to 130 characters.")] = None,
    editor: Annotated[str | None, typer.Option(help="Who decided it; by default your user name.")] = None,
) -> None:
    """Write an edition's subject or standfirst yourself. Kept with who and when, until the edition is published."""
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    found, now = newsletter_named(settings, newsletter), desk.now()
    local_date = date_named(date, found, now)
    words = {"subject": subject, "standfirst": standfirst}
    texts = {kind: " ".join(text.split()) for kind, text in words.items() if text is not None}
    if not texts or not all(texts.values()):
        raise BadInputError("say what: --subject TEXT or --standfirst TEXT, not empty")
    if find_published(database, newsletter, local_date):
        raise BadInputError(f"{newsletter} of {local_date} is published: what readers have can't be retitled")
    with database.writing() as session:
        for kind, text in texts.items():
            write_text(session, newsletter, local_date, kind, text, editor or getpass.getuser(), now)
    desk.say(f"{' and '.join(texts)} of {newsletter} {local_date}: noted")
