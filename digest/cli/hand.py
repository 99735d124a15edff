"""`digest edition show`, `pin`, `drop`, `move`, `note` and `correct`: what an editor decides about an edition."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from digest.building import BuiltEdition
from digest.cli.desk import Desk
from digest.cli.editor import (
    DateOption,
    EditorOption,
    NewsletterArgument,
    OpenEdition,
    address_named,
    edition_named,
    one_line,
    refuse_unless_open,
    who_decides,
)
from digest.editions.hand import FRONT, LEAD, Act, Hand, Override
from digest.editions.hand_store import editors_hand, record_override
from digest.editions.selection import titles_of
from digest.editions.texts_store import CORRECTION, WrittenText, write_text, written_texts
from digest.editions.wording import objection_to_correction, objection_to_note
from digest.errors import BadInputError
from digest.preview import as_it_stands, told_of

StoryArgument = Annotated[
    str, typer.Argument(metavar="STORY", help="Its address, or a part of its headline or address that no other has.")
]
UndoOption = Annotated[bool, typer.Option("--undo", help="Leave the story to the ranking again.")]


def pin(
    context: typer.Context,
    newsletter: NewsletterArgument,
    story: StoryArgument,
    date: DateOption = None,
    undo: UndoOption = False,
    editor: EditorOption = None,
) -> None:
    """Keep a story in the edition, whatever its score, the caps and what readers have had.

    Any stored article that can be read when the edition goes out, also one from after the cut-off.
    """
    _decide(context.obj, edition_named(context.obj, newsletter, date), story, Act.UNDO if undo else Act.PIN, editor)


def drop(
    context: typer.Context,
    newsletter: NewsletterArgument,
    story: StoryArgument,
    date: DateOption = None,
    undo: UndoOption = False,
    editor: EditorOption = None,
) -> None:
    """Keep a story out of the edition. Another outlet's report of the same event may take its place."""
    _decide(context.obj, edition_named(context.obj, newsletter, date), story, Act.UNDO if undo else Act.DROP, editor)


def move(
    context: typer.Context,
    newsletter: NewsletterArgument,
    story: StoryArgument,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="PLACE", help='"lead", "front" (right under it), or the title of a section.'),
    ] = None,
    date: DateOption = None,
    undo: UndoOption = False,
    editor: EditorOption = None,
) -> None:
    """Put a story in a place of the edition, above all that nobody moved there; it is pinned by that."""
    edition = edition_named(context.obj, newsletter, date)
    if (to is None) != undo:
        raise BadInputError("say where: --to PLACE, or --undo")
    place = _place_named(edition, to) if to else None
    _decide(context.obj, edition, story, Act.MOVE if place else Act.UNDO, editor, place)


def note(
    context: typer.Context,
    newsletter: NewsletterArgument,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="1 to 2000 characters; each line is a paragraph.")
    ] = None,
    date: DateOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the note back.")] = False,
    editor: EditorOption = None,
) -> None:
    """Write a note to the readers; it stands under the standfirst, as from the editor."""
    if (text is None) != remove:
        raise BadInputError("say what: TEXT, or --remove")
    words = "\n".join(filter(None, map(one_line, (text or "").splitlines())))
    if not remove and (why := objection_to_note(words)):
        raise BadInputError(f"the note is not used: {why}")
    _write(context.obj, edition_named(context.obj, newsletter, date), "note", words, editor)


def correct(
    context: typer.Context,
    newsletter: NewsletterArgument,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="1 to 500 characters.")] = None,
    date: DateOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take all corrections of this edition back.")] = False,
    editor: EditorOption = None,
) -> None:
    """Put right what an earlier edition said: one more correction, under the stories of this one."""
    if (text is None) != remove:
        raise BadInputError("say what: TEXT, or --remove")
    words = one_line(text or "")
    if not remove and (why := objection_to_correction(words)):
        raise BadInputError(f"the correction is not used: {why}")
    _write(context.obj, edition_named(context.obj, newsletter, date), CORRECTION, words, editor)


def show(
    context: typer.Context,
    newsletter: NewsletterArgument,
    date: DateOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Show an edition's stories in their places, and what editors decided, with who and when. Changes nothing."""
    desk: Desk = context.obj
    edition = edition_named(desk, newsletter, date)
    built, is_published = as_it_stands(edition.database, edition.settings, newsletter, edition.local_date, inline=str)
    with edition.database.reading() as session:
        hand = editors_hand(session, newsletter, edition.local_date)
        texts = written_texts(session, newsletter, edition.local_date)
    if as_json:
        desk.say_json({**told_of(built, is_published=is_published), **_decisions(hand, texts, built.unmet)})
        return
    state = "published" if is_published else "not published yet"
    subject = built.artifact.subject if built.artifact else "no story may stand in it"
    desk.say(f"{newsletter} {edition.local_date} ({state}): {subject}")
    desk.out.print(_table(built, hand))
    for url, override in hand.overrides.items():
        desk.say(f"{url} was {override}" + (f", but {built.unmet[url]}" if url in built.unmet else ""))
    for written in texts:
        desk.say(f"{written.kind.capitalize()} by {written.editor}, {written.at:%Y-%m-%d %H:%M} UTC: {written.text}")


def _write(desk: Desk, edition: OpenEdition, kind: str, words: str, editor: str | None) -> None:
    """Keep an editor's words; none take back what was written."""
    with edition.database.writing() as session:
        refuse_unless_open(session, edition)
        write_text(session, edition.newsletter, edition.local_date, kind, words, who_decides(editor), edition.now)
    desk.say(f"{kind} of {edition.newsletter} {edition.local_date}: {'noted' if words else 'taken back'}")


def _decide(
    desk: Desk, edition: OpenEdition, story: str, act: Act, editor: str | None, place: str | None = None
) -> None:
    """Keep a decision, unless the edition can't be as it wants."""
    with edition.database.writing() as session:
        refuse_unless_open(session, edition)
        url = address_named(session, edition, story)
        if act is Act.UNDO and not editors_hand(session, edition.newsletter, edition.local_date).on(url):
            raise BadInputError(f"nothing was decided about {url}; there is nothing to undo")
        override = Override(act, url, place, who_decides(editor), edition.now)
        record_override(session, edition.newsletter, edition.local_date, override)
        session.flush()
        built = edition.build(session)
        _refuse_unmet(built, url)
    desk.say(f"{edition.newsletter} {edition.local_date}: {url} is {override}; {_where(built, url)}")
    for other, why in built.unmet.items():
        desk.tell(f"note: {other} was {built.hand.on(other)}, but {why}")


def _refuse_unmet(built: BuiltEdition, url: str) -> None:
    """Refuse a decision that is in vain, unless it only waits for a full edition."""
    stands = any(story.url == url for story in built.stories)
    if (why := built.unmet.get(url)) and not (stands and built.brevity):
        raise BadInputError(f"{url} can't stand {'there' if stands else 'in it'}: {why}")


def _where(built: BuiltEdition, url: str) -> str:
    for position, story in enumerate(built.stories, start=1):
        if story.url == url:
            return f"it is no. {position}, in {story.section}"
    return "it is not in the edition"


def _place_named(edition: OpenEdition, named: str) -> str:
    titles = titles_of(edition.of_newsletter)
    places = {place.casefold(): place for place in (*titles, LEAD, FRONT)}
    if named.casefold() not in places:
        raise BadInputError(f"--to {named!r} is no place; there are {LEAD}, {FRONT}, {', '.join(titles)}")
    return places[named.casefold()]


def _decisions(hand: Hand, texts: tuple[WrittenText, ...], unmet: Mapping[str, str]) -> dict[str, Any]:
    return {
        "overrides": [{**_as_told(override), "unmet": unmet.get(url)} for url, override in hand.overrides.items()],
        "texts": [_as_told(written) for written in texts],
    }


def _as_told(decision: Override | WrittenText) -> dict[str, Any]:
    return {**asdict(decision), "at": decision.at.isoformat()}


def _table(edition: BuiltEdition, hand: Hand) -> Table:
    table = Table("", "Place", "Headline", "Outlet", "Editor", "Address", box=None, pad_edge=False)
    for position, story in enumerate(edition.stories, start=1):
        decided = str(hand.on(story.url) or "")
        cells = (str(position), story.section, story.headline, story.source, decided, story.url)
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    return table
