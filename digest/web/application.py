"""The web application: which pages there are, and how what goes wrong is told."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from digest.database import Database
from digest.delivery.leaving import wait_until_not_in_hand
from digest.errors import DigestError
from digest.settings import Settings
from digest.web.archive import archive_pages
from digest.web.front import front_page
from digest.web.guard import Guard, embed_policy, put_guard_on, standing_headers
from digest.web.health import health_pages
from digest.web.offered import offered_newsletters
from digest.web.pages import PageTemplates, page_templates
from digest.web.self_service import self_service
from digest.web.signing_up import signing_up
from subscribers.registrar import Registrar
from subscribers.tokens import keyring
from subscribers.web import subscriber_pages

BAD_REQUEST, NOT_FOUND, FAILED, UNAVAILABLE = 400, 404, 500, 503
RETRY_SECONDS = "60"
LOG = logging.getLogger("digest.web")


def web_app(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    registrar: Registrar | None = None,
    on_mail: Callable[[], None] = lambda: None,
    upkeep: Sequence[APIRouter] = (),
) -> FastAPI:
    """Build the site of *settings*: every page of it holds no script and sets no cookie, and no GET changes anything.

    Where `base_url` has a path, every page stands below it, but for `/healthz`, `/readyz` and those of *upkeep*: a
    proxy hands the path on as it is. *database* has this version's tables. *clock* gives the time in UTC. *registrar*
    takes sign-ups down for as long as the site is served; without one nobody can sign up. *on_mail* hears that a mail
    waits to be sent. *upkeep* are pages for the operator's programs; they may take the place of our own two.
    """
    templates = page_templates(settings.site, has_script=settings.signup.proof_of_work, theme=settings.theme)
    app = FastAPI(
        title=settings.site.name,
        redirect_slashes=False,  # it would build its target from the Host header, which the client chooses
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    subscribing = subscriber_pages(
        reading=database.reading,
        writing=database.writing,
        keyring=keyring(settings.site.all_secrets),
        newsletters=offered_newsletters(settings),
        page=templates.page,
        clock=clock,
        service=self_service(settings, database, clock, on_mail),
        on_leaving=partial(wait_until_not_in_hand, database),
    )
    joining = signing_up(settings, database, clock, templates, registrar, on_mail) if registrar else None
    for router in (
        front_page(settings, database, templates.page, joining.stamp if joining else None),
        archive_pages(settings, database, templates.page),
        subscribing,
        joining.pages if joining else APIRouter(),
        templates.router(),
    ):
        app.include_router(router, prefix=templates.root)
    if joining:
        app.mount(f"{templates.root}/api", joining.api)
    for router in (*upkeep, health_pages(database)):  # asked by the operator's own programs, not by readers
        app.include_router(router)
    standing = standing_headers(settings.site.base_url)
    policy = embed_policy("'none'", has_script=settings.signup.proof_of_work)
    app.add_middleware(Guard, policy=policy, standing=standing)
    _tell_what_went_wrong(app, templates, standing)
    return app


def _tell_what_went_wrong(app: FastAPI, templates: PageTemplates, standing: Mapping[str, str]) -> None:
    """Answer every failure with a page that helps, and tell the operator's log without the address asked for."""

    def refused(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else BAD_REQUEST
        headers = error.headers if isinstance(error, HTTPException) else None
        response = templates.page("missing.html" if status == NOT_FOUND else "refused.html", status)
        response.headers.update({"X-Robots-Tag": "noindex", **(headers or {})})
        return response

    def unavailable(_request: Request, error: Exception) -> Response:
        # Further lines quote rows on PostgreSQL, and with them readers' addresses.
        LOG.error("the database failed: %s", str(getattr(error, "orig", error)).partition("\n")[0])
        response = templates.page("trouble.html", UNAVAILABLE)
        response.headers.update({"X-Robots-Tag": "noindex", "Retry-After": RETRY_SECONDS})
        return response

    def unsound(_request: Request, error: Exception) -> Response:
        LOG.error("%s", error)
        return failed(_request, error)

    def failed(_request: Request, _error: Exception) -> Response:
        # Starlette sends this one from outside every middleware, and the server logs the traceback.
        response = templates.page("trouble.html", FAILED)
        response.headers["X-Robots-Tag"] = "noindex"
        put_guard_on(response.headers, standing)
        return response

    app.exception_handler(HTTPException)(refused)
    app.exception_handler(RequestValidationError)(refused)
    app.exception_handler(DBAPIError)(unavailable)
    app.exception_handler(PoolTimeoutError)(unavailable)  # every connection waits for a locked database
    app.exception_handler(DigestError)(unsound)
    app.exception_handler(Exception)(failed)
