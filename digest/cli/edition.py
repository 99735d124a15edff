"""`digest edition`: the editor's hand."""

import getpass
import re
from typing import Annotated

import typer

from digest.articles.clean_line import clean_line
from digest.cli.desk import Desk, date_named, newsletter_named
from digest.delivery.publishing import find_published
from digest.editions.compose import EditorsTexts
from digest.editions.store import editors_texts, write_text
from digest.editions.wording import objection_to_standfirst, objection_to_subject, repeats
from digest.errors import BadInputError

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")

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
    texts = {kind: _one_line(text) for kind, text in words.items() if text is not None}
    if not texts:
        raise BadInputError("say what: --subject TEXT or --standfirst TEXT")
    if find_published(database, newsletter, local_date):
        raise BadInputError(f"{newsletter} of {local_date} is published: what readers have can't be retitled")
    with database.writing() as session:
        _refuse_unfit(texts, editors_texts(session, newsletter, local_date))
        for kind, text in texts.items():
            write_text(session, newsletter, local_date, kind, text, editor or getpass.getuser(), now)
    desk.say(f"{' and '.join(texts)} of {newsletter} {local_date}: noted")


def _one_line(text: str) -> str:
    return clean_line(_CONTROL_CHARACTER.sub(" ", text))


def _refuse_unfit(texts: dict[str, str], standing: EditorsTexts) -> None:
    """Refuse words that may not stand in a mail, each against the other's new or else its standing words."""
    subject, standfirst = texts.get("subject", standing.subject), texts.get("standfirst", standing.standfirst)
    objections = {
        "--subject": objection_to_subject(texts["subject"]) if "subject" in texts else None,
        "--standfirst": objection_to_standfirst(texts["standfirst"]) if "standfirst" in texts else None,
    }
    if subject and standfirst and repeats(standfirst, subject):
        objections[f"--{next(iter(texts))}"] = "subject and standfirst would say the same"
    for option, why in objections.items():
        if why:
            raise BadInputError(f"{option} is not used: {why}")
