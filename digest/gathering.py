"""Gathering: the articles that an edition may hold, and those that it must not, each with the reason. Reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from digest.articles.article import Article
from digest.articles.store import (
    articles_due,
    articles_due_late,
    articles_held_back,
    articles_revised,
    newest_published,
)
from digest.editions.calendar import LONGEST_DAYS, Calendar
from digest.editions.changes import Change, change_of
from digest.editions.contents import LeftOut
from digest.editions.holds import Supply
from digest.editions.mailed import Mailed
from digest.editions.mailed_store import mailed_stories, mailed_urls
from digest.editions.repeats import repeats
from digest.editions.store import Previous
from digest.editions.window import Schedule, Window

TOO_OLD = f"it was published more than {LONGEST_DAYS} days before the cut-off, and no edition has held it"
MOST_TOO_OLD = 50
_LONGEST = timedelta(days=LONGEST_DAYS)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What there is for an edition: `articles` to choose from, which of them are `late`, by their URLs, and `changes`.

    `changes` are what is new in those that readers have had, by their URLs. `kept_out` is not to be chosen from.
    `supply` is what the edition may be held for.
    """

    articles: tuple[Article, ...]
    late: frozenset[str]
    changes: Mapping[str, Change]
    kept_out: tuple[LeftOut, ...]
    supply: Supply


def gather(
    session: Session,
    newsletter: str,
    schedule: Schedule,
    previous: Previous | None,
    calendar: Calendar,
    kept: Collection[str] = (),
    *,
    updates: bool = True,
) -> Gathered:
    """Return what there is for the edition of *schedule*; *updates* says whether stories may come back changed.

    Articles at the URLs *kept* are there whenever they were published, and though readers have had them; but none that
    must not be read, or can't be, when the edition goes out.
    """
    window, local_date = schedule.window, schedule.local_date
    mailed = mailed_stories(session, newsletter, local_date - _LONGEST, local_date)
    late = _late(session, newsletter, calendar.earliest_on(local_date), window, previous)
    due = [*articles_due(session, window.start, window.end), *late]
    changed = _changed(session, mailed, schedule.send_at) if updates else {}
    pinned = {article.url: article for article in _out_by(session, kept, schedule.send_at)}
    known = changed.keys() | pinned.keys()
    had = repeats([article for article in due if article.url not in known], mailed)
    fresh = [article for article in due if article.url not in had and article.url not in known]
    returning = {url: article for url, (article, _) in changed.items()}
    return Gathered(
        articles=(*fresh, *(returning | pinned).values()),
        late=frozenset(article.url for article in late),
        changes={url: change for url, (_, change) in changed.items()},
        supply=Supply(
            newest=newest_published(session, schedule.send_at),
            yesterday=tuple(story for story in mailed if story.local_date == mailed[0].local_date),
        ),
        kept_out=(
            *(LeftOut(article.url, article.headline, had[article.url]) for article in due if article.url in had),
            *(left for left in _held_back(session, window) if left.url not in pinned),
            *(left for left in _too_old(session, window, previous) if left.url not in pinned),
        ),
    )


def _out_by(session: Session, urls: Collection[str], moment: datetime) -> list[Article]:
    """Return those articles at *urls* that may be read at *moment* (UTC)."""
    found = (article for article, _ in articles_revised(session, list(urls)))
    return [article for article in found if _is_out(article, moment)]


def _is_out(article: Article, moment: datetime) -> bool:
    return max(article.published, article.not_before or moment) <= moment


def _late(
    session: Session, newsletter: str, earliest: datetime, window: Window, previous: Previous | None
) -> list[Article]:
    """Return what was due in an earlier window but not known when that edition was out, and was never mailed (law 1).

    It reaches back to *earliest* (UTC), as far as the longest window.
    """
    if previous is None or previous.recorded_at is None:
        return []
    late = articles_due_late(session, earliest, window.start, previous.recorded_at)
    had = mailed_urls(session, newsletter, [article.url for article in late])
    return [article for article in late if article.url not in had]


def _changed(session: Session, mailed: Sequence[Mailed], moment: datetime) -> dict[str, tuple[Article, Change]]:
    """Return the mailed stories that have changed substantially since readers had them, and may be read at *moment*."""
    last = {story.url: story for story in reversed(mailed)}
    changed: dict[str, tuple[Article, Change]] = {}
    for article, at in articles_revised(session, list(last)):
        story = last[article.url]
        if at > story.mailed_at and _is_out(article, moment) and (change := change_of(story, article, at)):
            changed[article.url] = (article, change)
    return changed


def _held_back(session: Session, window: Window) -> tuple[LeftOut, ...]:
    held = articles_held_back(session, window.start, window.end)
    return tuple(
        LeftOut(article.url, article.headline, f"held back until {article.not_before:%Y-%m-%d %H:%M} UTC")
        for article in held
    )


def _too_old(session: Session, window: Window, previous: Previous | None) -> tuple[LeftOut, ...]:
    """Return the newest of what the longest window shuts out; after a long silence nobody wants to see it all."""
    if previous is None or previous.covered_until >= window.start:
        return ()
    start = max(previous.covered_until, window.start - _LONGEST)
    newest = articles_due(session, start, window.start)[-MOST_TOO_OLD:]
    return tuple(LeftOut(article.url, article.headline, TOO_OLD) for article in reversed(newest))
