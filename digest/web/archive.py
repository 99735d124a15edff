"""The archive: every published edition as it went out, and where to find it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from digest.building import publication_of
from digest.database import Database
from digest.delivery.publishing import find_published
from digest.editions.store import ListedEdition, published_editions, released_editions
from digest.rendering import slots
from digest.rendering.language import MONTHS
from digest.settings import Settings, SiteSettings
from digest.web.archive_feed import MEDIA_TYPE, MOST_ENTRIES, atom_feed
from digest.web.open_graph import with_open_graph
from digest.web.pages import FOR_MINUTES
from subscribers.web import PageRenderer

NOT_FOUND = 404
# The mail's styles are inline and its pictures stand elsewhere; it holds nothing else that could act.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# On this machine alone, pictures may stand there too: nobody has a certificate for it.
LOCAL_PICTURES = "https: http://127.0.0.1:* http://localhost:*"
# Where the first page says how one leaves.
LEAVING = "/#leaving"
WHOSE = "your address"


@dataclass(frozen=True, slots=True)
class Month:
    """The editions of one month, newest first; `name` reads "November 2026"."""

    name: str
    editions: tuple[ListedEdition, ...]


def archive_pages(settings: Settings, database: Database, page: PageRenderer) -> APIRouter:
    """Return the routes of the archive."""
    archive = _Archive(settings, database, page)
    router = APIRouter()
    router.add_api_route("/archive/{newsletter}/feed.xml", archive.feed, methods=["GET", "HEAD"])
    router.add_api_route("/archive/{newsletter}", archive.editions, methods=["GET", "HEAD"])
    router.add_api_route("/archive/{newsletter}/{local_date}", archive.edition, methods=["GET", "HEAD"])
    return router


def without_reader(html: str, site: SiteSettings) -> str:
    """Return an edition's *html* for anybody: what differed from reader to reader leads to the site."""
    leaving = escape(f"{site.base_url}{LEAVING}")
    values = {slots.UNSUBSCRIBE_URL: leaving, slots.PREFERENCES_URL: leaving, slots.ADDRESS: WHOSE}
    for sentinel, value in values.items():
        html = html.replace(sentinel, value)
    return html


def by_month(editions: Iterable[ListedEdition]) -> tuple[Month, ...]:
    """Group *editions*, newest first, by their month."""
    grouped = groupby(editions, key=lambda edition: (edition.local_date.year, edition.local_date.month))
    return tuple(Month(f"{MONTHS[month - 1]} {year}", tuple(group)) for (year, month), group in grouped)


class _Archive:
    def __init__(self, settings: Settings, database: Database, page: PageRenderer) -> None:
        self._settings = settings
        self._database = database
        self._page = page
        pictures = LOCAL_PICTURES if settings.site.is_local else "https:"
        self._mail_headers = {"Content-Security-Policy": MAIL_POLICY.format(pictures=pictures), **FOR_MINUTES}

    def editions(self, newsletter: str, year: int | None = None) -> Response:
        _refuse_unspeakable(newsletter)
        with self._database.reading() as session:
            published = published_editions(session, newsletter)
        configured = self._settings.newsletters.get(newsletter)
        # One that is not offered any more keeps its archive: links in old mails go on working.
        if configured is None and not published:
            raise HTTPException(NOT_FOUND)
        years = _years(published)
        chosen = year if year in years else next(iter(years), None)
        response = self._page(
            "archive.html",
            slug=newsletter,
            name=configured.name if configured else newsletter,
            is_offered=configured is not None,
            months=by_month(one for one in published if one.local_date.year == chosen),
            years=years,
            chosen=chosen,
        )
        response.headers.update({**FOR_MINUTES, **self._robots(newsletter)})
        return response

    def feed(self, newsletter: str) -> Response:
        if newsletter not in self._settings.newsletters:
            raise HTTPException(NOT_FOUND)  # one that ended has nothing new to tell
        with self._database.reading() as session:
            editions = released_editions(session, newsletter, MOST_ENTRIES)
        content = atom_feed(publication_of(self._settings, newsletter), editions)
        headers = {**FOR_MINUTES, **self._robots(newsletter)}
        return Response(content, media_type=MEDIA_TYPE, headers=headers)

    def edition(self, newsletter: str, local_date: str) -> Response:
        _refuse_unspeakable(newsletter)
        published = find_published(self._database, newsletter, _day(local_date))
        if published is None:
            raise HTTPException(NOT_FOUND)
        html = without_reader(published.artifact.html, self._settings.site)
        if newsletter in self._settings.newsletters:
            html = with_open_graph(html, published, publication_of(self._settings, newsletter))
        return HTMLResponse(html, headers={**self._mail_headers, **self._robots(newsletter)})

    def _robots(self, newsletter: str) -> dict[str, str]:
        configured = self._settings.newsletters.get(newsletter)
        return {"X-Robots-Tag": "noindex"} if configured and configured.noindex else {}


def _refuse_unspeakable(newsletter: str) -> None:
    """Refuse what is no slug of any newsletter, past or present: PostgreSQL takes no NUL."""
    if not newsletter.isprintable():
        raise HTTPException(NOT_FOUND)


def _years(editions: Sequence[ListedEdition]) -> list[int]:
    return list(dict.fromkeys(edition.local_date.year for edition in editions))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(NOT_FOUND) from None
    if day.isoformat() != text:  # Python reads other spellings too; an edition has one address
        raise HTTPException(NOT_FOUND)
    return day
