"""`digest edition`: the editor's hand."""

import re
from typing import Annotated

import typer

from digest.building import build_edition
from digest.cli import hand
from digest.cli.desk import Desk
from digest.cli.editor import (
    DateOption,
    EditorOption,
    NewsletterArgument,
    OpenEdition,
    edition_named,
    one_line,
    refuse_unless_open,
    who_decides,
)
from digest.delivery.publishing import find_published
from digest.delivery.safeguards import SHORTEST_PREFIX, NotApprovedError
from digest.editions.compose import EditorsTexts
from digest.editions.release_store import record_approval
from digest.editions.texts_store import editors_texts, write_text
from digest.editions.wording import objection_to_standfirst, objection_to_subject, repeats
from digest.errors import BadInputError, DigestError

_HASH = re.compile(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}")

app = typer.Typer(
    help="The editor's hand: an edition's stories, its own words, and its approval.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


app.command("show")(hand.show)
app.command("pin")(hand.pin)
app.command("drop")(hand.drop)
app.command("move")(hand.move)


@app.command("retitle")
def retitle(
    context: typer.Context,
    newsletter: NewsletterArgument,
    date: DateOption = None,
    subject: Annotated[str | None, typer.Option(help="The subject, instead of the lead's headline.")] = None,
    standfirst: Annotated[str | None, typer.Option(help="The sentence on the day, 40 to 130 characters.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was written of both.")] = False,
    editor: EditorOption = None,
) -> None:
    """Write an edition's subject or standfirst yourself. Kept with who and when, until the edition is published."""
    desk: Desk = context.obj
    edition = edition_named(desk, newsletter, date)
    words = {"subject": subject, "standfirst": standfirst}
    texts = {kind: one_line(text) for kind, text in words.items() if text is not None}
    if bool(texts) == remove:
        raise BadInputError("say what: --subject TEXT, --standfirst TEXT or both, or --remove")
    with edition.database.writing() as session:
        refuse_unless_open(session, edition)
        if remove:
            texts = dict.fromkeys(words, "")
        else:
            _refuse_unfit(texts, editors_texts(session, newsletter, edition.local_date))
        for kind, text in texts.items():
            write_text(session, newsletter, edition.local_date, kind, text, who_decides(editor), edition.now)
    desk.say(f"{' and '.join(texts)} of {newsletter} {edition.local_date}: {'taken back' if remove else 'noted'}")


app.command("note")(hand.note)
app.command("correct")(hand.correct)


@app.command("approve")
def approve(
    context: typer.Context,
    newsletter: NewsletterArgument,
    sha256: Annotated[
        str, typer.Option("--sha256", metavar="HASH", help="What 'digest preview' shows; its first 12 digits will do.")
    ],
    date: DateOption = None,
    editor: Annotated[str | None, typer.Option(help="Who approves it; by default your user name.")] = None,
) -> None:
    """Approve an edition as it is now, byte for byte. Kept with who and when; the newest approval counts.

    Where approval is on, nothing else is sent: whatever changes the edition afterwards asks for a new approval. An
    edition that is held (its stories are old, or the same as before) is sent when it is approved.
    """
    desk: Desk = context.obj
    edition, named = edition_named(desk, newsletter, date), _hash_named(sha256)
    local_date, (built, held, shortfall) = edition.local_date, _built_hash(edition)
    if not built.startswith(named):
        raise NotApprovedError(
            f"{newsletter} {local_date} is built as {built}, not as {named}: it is not what you looked at;"
            f" look again with 'digest preview {newsletter} --date {local_date}'"
        )
    with edition.database.writing() as session:
        record_approval(session, newsletter, local_date, built, who_decides(editor), edition.now)
    desk.say(f"{newsletter} {local_date} is approved as {built}")
    if shortfall:
        desk.tell(f"note: it would be skipped all the same: {shortfall}")
    if not edition.of_newsletter.approval and not held:
        desk.tell(f"note: [newsletters.{newsletter}] has no approval = true, so it is sent without one as well")


def _hash_named(text: str) -> str:
    named = text.strip().lower()
    if not _HASH.fullmatch(named):
        raise BadInputError(
            f"--sha256 {text!r} is no hash; give its first {SHORTEST_PREFIX} to 64 digits, 0 to 9 and a to f"
        )
    return named


def _built_hash(edition: OpenEdition) -> tuple[str, str | None, str | None]:
    """Return the hash of what went out or would go out now, why it is held, and why it falls short; None if neither."""
    newsletter, local_date = edition.newsletter, edition.local_date
    if published := find_published(edition.database, newsletter, local_date):
        return published.artifact.sha256, None, None
    with edition.database.reading() as session:
        built = build_edition(session, edition.settings, newsletter, local_date)
    if built.artifact is None:
        raise DigestError(
            f"there is nothing to approve: no stored article is in the window of {newsletter} {local_date}"
        )
    return built.artifact.sha256, built.hold, built.shortfall


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
