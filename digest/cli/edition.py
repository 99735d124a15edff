"""`digest edition`: the editor's hand."""

import getpass
import re
from datetime import date as Date  # noqa: N812 - `date` is the option's name
from typing import Annotated

import typer

from digest.articles.clean_line import clean_line
from digest.building import build_edition
from digest.cli.desk import Desk, date_named, newsletter_named
from digest.database import Database
from digest.delivery.publishing import find_published
from digest.delivery.safeguards import SHORTEST_PREFIX, NotApprovedError
from digest.editions.compose import EditorsTexts
from digest.editions.release_store import record_approval
from digest.editions.store import editors_texts, write_text
from digest.editions.wording import objection_to_standfirst, objection_to_subject, repeats
from digest.errors import BadInputError, DigestError
from digest.settings import Settings

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_HASH = re.compile(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}")

app = typer.Typer(
    help="The editor's hand: an edition's own words, and its approval.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


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
            write_text(session, newsletter, local_date, kind, text, _who(editor), now)
    desk.say(f"{' and '.join(texts)} of {newsletter} {local_date}: noted")


@app.command("approve")
def approve(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(metavar="NEWSLETTER")],
    sha256: Annotated[
        str, typer.Option("--sha256", metavar="HASH", help="What 'digest preview' shows; its first 12 digits will do.")
    ],
    date: Annotated[str | None, typer.Option(help="The edition's local date; by default today's.")] = None,
    editor: Annotated[str | None, typer.Option(help="Who approves it; by default your user name.")] = None,
) -> None:
    """Approve an edition as it is now, byte for byte. Kept with who and when; the newest approval counts.

    Where approval is on, nothing else is sent: whatever changes the edition afterwards asks for a new approval.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    found, now = newsletter_named(settings, newsletter), desk.now()
    local_date, named = date_named(date, found, now), _hash_named(sha256)
    built = _built_hash(database, settings, newsletter, local_date)
    if not built.startswith(named):
        raise NotApprovedError(
            f"{newsletter} {local_date} is built as {built}, not as {named}: it is not what you looked at;"
            f" look again with 'digest preview {newsletter} --date {local_date}'"
        )
    with database.writing() as session:
        record_approval(session, newsletter, local_date, built, _who(editor), now)
    desk.say(f"{newsletter} {local_date} is approved as {built}")
    if not found.approval:
        desk.tell(f"note: [newsletters.{newsletter}] has no approval = true, so it is sent without one as well")


def _who(editor: str | None) -> str:
    try:
        return editor or getpass.getuser()
    except (KeyError, OSError) as error:  # a container's user may have no name
        raise BadInputError("nobody knows your user name; say who you are with --editor NAME") from error


def _hash_named(text: str) -> str:
    named = text.strip().lower()
    if not _HASH.fullmatch(named):
        raise BadInputError(
            f"--sha256 {text!r} is no hash; give its first {SHORTEST_PREFIX} to 64 digits, 0 to 9 and a to f"
        )
    return named


def _built_hash(database: Database, settings: Settings, newsletter: str, local_date: Date) -> str:
    """Return the hash of the frozen artifact of a published edition, or of what would be published now."""
    if published := find_published(database, newsletter, local_date):
        return published.artifact.sha256
    with database.reading() as session:
        artifact = build_edition(session, settings, newsletter, local_date).artifact
    if artifact is None:
        raise DigestError(
            f"there is nothing to approve: no stored article is in the window of {newsletter} {local_date}"
        )
    return artifact.sha256


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
