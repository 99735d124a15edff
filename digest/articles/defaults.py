"""What the caller says of the articles that don't say it themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from digest.articles.canonical_url import canonical_url
from digest.articles.clean_line import clean_line
from digest.articles.published import published_instant
from digest.articles.rejection import RejectedError
from digest.errors import BadInputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Defaults:
    """The options of `digest articles import`; each fills only what a file lacks.

    `own` says that `source` is our own newsroom. `published` is in UTC, `url` canonical. `headline` and `url`
    are for one article only.
    """

    source: str | None = None
    own: bool = False
    published: datetime | None = None
    headline: str | None = None
    url: str | None = None

    @property
    def are_for_one(self) -> bool:
        """Say whether they can be true of one article only."""
        return self.url is not None or self.headline is not None

    @classmethod
    def of_options(
        cls, *, source: str | None, own: bool, published: str | None, headline: str | None, url: str | None
    ) -> "Defaults":
        """Return the defaults that the options' text names.

        Raises:
            BadInputError: `published` is no time with a zone, `url` no address, or `own` has no source to be true of.
        """
        if own and not source:
            raise BadInputError("--own says that the outlet named by --source is our newsroom: add --source NAME")
        return cls(
            source=clean_line(source or "") or None,
            own=own,
            published=_read("--published", published_instant, published),
            headline=clean_line(headline or "") or None,
            url=_read("--url", canonical_url, url),
        )


def _read(option: str, reading: Callable[[str], T], text: str | None) -> T | None:
    if text is None:
        return None
    try:
        return reading(text)
    except RejectedError as error:
        raise BadInputError(f"{option}: {error}") from error
