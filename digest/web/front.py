"""The first page: the newsletters, and how to get one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlmodel import Session

from digest.database import Database
from digest.editions.store import ListedEdition, find_edition, latest_edition
from digest.settings import Settings
from digest.web.offered import offered_newsletters, send_days, send_time
from digest.web.pages import FOR_MINUTES
from subscribers.web import Box, LatestEdition, PageRenderer


@dataclass(frozen=True, slots=True)
class Shown:
    """A newsletter as the first page shows it."""

    slug: str
    name: str
    pitch: str
    days: str
    send_time: str
    latest: ListedEdition | None


def front_page(
    settings: Settings, database: Database, page: PageRenderer, stamped: Callable[[], str] | None = None
) -> APIRouter:
    """Return the route of the first page.

    *stamped* gives the stamp of a form that is handed out now; without it nothing here takes sign-ups, and the page
    says whom to write to.
    """
    router = APIRouter()
    router.add_api_route("/", _front(settings, database, page, stamped), methods=["GET", "HEAD"])
    return router


def _front(
    settings: Settings, database: Database, page: PageRenderer, stamped: Callable[[], str] | None
) -> Callable[[], Response]:
    offered = offered_newsletters(settings)

    def front() -> Response:
        box = Box(offered, stamped()) if stamped else None
        response = page("front.html", newsletters=shown_newsletters(settings, database), box=box)
        response.headers.update(FOR_MINUTES)
        return response

    return front


def latest_editions(database: Database, root: str) -> Callable[[Sequence[str]], tuple[LatestEdition, ...]]:
    """Return what finds the newest edition of each of some newsletters, by their slugs, where there is one.

    *root* is the path that the site's addresses begin with.
    """

    def find(slugs: Sequence[str]) -> tuple[LatestEdition, ...]:
        with database.reading() as session:
            return tuple(found for slug in slugs if (found := _latest(session, slug, root)))

    return find


def _latest(session: Session, slug: str, root: str) -> LatestEdition | None:
    listed = latest_edition(session, slug)
    edition = find_edition(session, slug, listed.local_date) if listed else None
    if listed is None or edition is None:
        return None
    return LatestEdition(edition.id, listed.subject, f"{root}/archive/{slug}/{listed.local_date}")


def shown_newsletters(settings: Settings, database: Database) -> list[Shown]:
    """Return the newsletters in the order of the configuration, each with its newest edition."""
    with database.reading() as session:
        latest = {slug: latest_edition(session, slug) for slug in settings.newsletters}
    return [
        Shown(slug, newsletter.name, newsletter.pitch, send_days(newsletter), send_time(newsletter), latest[slug])
        for slug, newsletter in settings.newsletters.items()
    ]
