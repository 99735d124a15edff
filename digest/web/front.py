"""The first page: the newsletters, and how to get one."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from digest.database import Database
from digest.editions.store import ListedEdition, latest_edition
from digest.settings import Settings
from digest.web.offered import send_days, send_time
from digest.web.pages import FOR_MINUTES
from subscribers.web import PageRenderer


@dataclass(frozen=True, slots=True)
class Shown:
    """A newsletter as the first page shows it."""

    slug: str
    name: str
    pitch: str
    days: str
    send_time: str
    latest: ListedEdition | None


def front_page(settings: Settings, database: Database, page: PageRenderer) -> APIRouter:
    """Return the route of the first page."""
    router = APIRouter()
    router.add_api_route("/", _front(settings, database, page), methods=["GET", "HEAD"])
    return router


def _front(settings: Settings, database: Database, page: PageRenderer) -> Callable[[], Response]:
    def front() -> Response:
        response = page("front.html", newsletters=shown_newsletters(settings, database))
        response.headers.update(FOR_MINUTES)
        return response

    return front


def shown_newsletters(settings: Settings, database: Database) -> list[Shown]:
    """Return the newsletters in the order of the configuration, each with its newest edition."""
    with database.reading() as session:
        latest = {slug: latest_edition(session, slug) for slug in settings.newsletters}
    return [
        Shown(slug, newsletter.name, newsletter.pitch, send_days(newsletter), send_time(newsletter), latest[slug])
        for slug, newsletter in settings.newsletters.items()
    ]
