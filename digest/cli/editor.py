"""What the commands of the editor's hand have in common: the edition, who decided, and which story is meant."""

import getpass
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from digest.articles.canonical_url import canonical_url, other_scheme
from digest.articles.clean_line import clean_line
from digest.articles.rejection import RejectedError
from digest.articles.store import articles_revised
from digest.building import BuiltEdition, build_edition
from digest.cli.desk import Desk, date_named, newsletter_named
from digest.database import Database
from digest.editions.calendar import Calendar
from digest.editions.contents import LeftOut, PlacedStory
from digest.editions.store import find_edition
from digest.errors import BadInputError
from digest.settings import NewsletterSettings, Settings

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOST_NAMED = 3
_LONGEST_NAME = 100

NewsletterArgument = Annotated[str, typer.Argument(metavar="NEWSLETTER")]
DateOption = Annotated[str | None, typer.Option("--date", help="The edition's local date; by default today's.")]
EditorOption = Annotated[str | None, typer.Option("--editor", help="Who decided it; by default your user name.")]


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """An edition that an editor has before them, at the instant `now` (UTC)."""

    settings: Settings
    database: Database
    newsletter: str
    local_date: date
    now: datetime

    @property
    def of_newsletter(self) -> NewsletterSettings:
        """Return its newsletter's settings."""
        return self.settings.newsletters[self.newsletter]

    def build(self, session: Session) -> BuiltEdition:
        """Return the edition as it is now, with its styles not inlined: its stories, not its bytes, are asked for."""
        return build_edition(session, self.settings, self.newsletter, self.local_date, inline=str)


def edition_named(desk: Desk, newsletter: str, named: str | None) -> OpenEdition:
    """Return the edition of *newsletter* on the date that is *named*, by default today's.

    Raises:
        BadInputError: there is no such newsletter, or no such date.
    """
    settings = desk.settings()
    database = desk.database(settings)
    found, now = newsletter_named(settings, newsletter), desk.now()
    return OpenEdition(settings, database, newsletter, date_named(named, found, now), now)


def refuse_unless_open(session: Session, edition: OpenEdition) -> None:
    """Refuse to change what readers have, or what nobody will get; to be asked in the transaction that changes it.

    Raises:
        BadInputError: the edition is published, or there is none on its date.
    """
    if why := Calendar.of(edition.of_newsletter).skips(edition.local_date):
        raise BadInputError(f"{edition.newsletter} has no edition on {edition.local_date}: {why}")
    standing = find_edition(session, edition.newsletter, edition.local_date)
    if standing and standing.is_published:
        raise BadInputError(
            f"{edition.newsletter} of {edition.local_date} is published: what readers have can't be changed"
        )


def who_decides(named: str | None) -> str:
    """Return the editor that is *named*, as one clean line, by default the user of this process.

    Raises:
        BadInputError: nobody is, and the user has no name; or the name is very long.
    """
    if (name := one_line(named or "")) and len(name) <= _LONGEST_NAME:
        return name
    if name:
        raise BadInputError(f"--editor has {len(name):,} characters, and {_LONGEST_NAME} are the most")
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container's user may have no name
        raise BadInputError("nobody knows your user name; say who you are with --editor NAME") from error


def one_line(text: str) -> str:
    """Return *text* as one clean line, without control characters."""
    return clean_line(_CONTROL_CHARACTER.sub(" ", text))


def address_named(session: Session, edition: OpenEdition, words: str) -> str:
    """Return the address of the story that *words* mean: a stored article's address, or a part of one story's.

    A part of its headline will do too. The stories are those of the edition and those it left out.

    Raises:
        BadInputError: there is no such story, or more than one.
    """
    if words.startswith(("http://", "https://")):
        return _stored_address(session, words)
    built = edition.build(session)
    stories: list[PlacedStory | LeftOut] = [*built.stories, *built.left_out]
    found = _meant(words, ((story.url, story.headline) for story in stories))
    if not found:
        raise BadInputError(f"no story of the edition has {words!r} in its headline or address; give its whole address")
    if len(found) > 1:
        named = "; ".join(f"{headline} ({url})" for url, headline in list(found.items())[:_MOST_NAMED])
        raise BadInputError(f"{words!r} may be {len(found)} stories: {named}; give more of one")
    return next(iter(found))


def _meant(words: str, stories: Iterable[tuple[str, str]]) -> dict[str, str]:
    sought = words.casefold()
    return {url: line for url, line in stories if sought in line.casefold() or sought in url.casefold()}


def _stored_address(session: Session, url: str) -> str:
    try:
        address = canonical_url(url)
    except RejectedError as error:
        raise BadInputError(f"{url!r} is no story's address: {error}") from error
    stored = {article.url for article, _ in articles_revised(session, [address, other_scheme(address)])}
    if not stored:
        raise BadInputError(f"no stored article has the address {address}; 'digest articles import' stores one")
    return address if address in stored else next(iter(stored))
