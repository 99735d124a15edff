"""The inbox of every reader, as pages: who got the mail, and what they see."""

from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from digest.demo.catcher import CaughtMail
from digest.demo.opened import OpenedMail, open_mail
from digest.rendering.template_folder import templates_folder
from digest.web.guard import Guard

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The mail's own styles are inline. Its pictures stand at whichever loopback name the edition was rendered for.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# Appended, never inserted: the sent bytes stay whole, and a <base> works wherever it stands.
LINKS_OPEN_APART = '\n<base target="_blank">\n'
VIEWS = MappingProxyType({"both": "Both", "phone": "Phone", "desktop": "Desktop"})
NOBODY: Mapping[str, str] = MappingProxyType({})
KILO = 1000
INBOX = "/inbox"
NOT_FOUND = 404


def inbox_app(
    mails: Sequence[CaughtMail],
    pictures: Path,
    *,
    names: Mapping[str, str] = NOBODY,
    facts: Mapping[str, str] = NOBODY,
) -> FastAPI:
    """Build the pages over *mails*, numbered from 1 in the order given, under /inbox/.

    What is not below /inbox/ and /pictures/ is left to the newsroom's site, for the caller to mount.
    *pictures* is the folder served under /pictures. *names* gives readers' names by address; where it is silent,
    the To header is asked. *facts* are further lines for the first page, label to value. No page holds a script,
    and no GET changes anything.
    """
    app = FastAPI(title="The readers' inboxes", docs_url=None, redoc_url=None, openapi_url=None)
    pages = _Pages(mails, names, facts)
    app.include_router(_routes(pages), prefix=INBOX)
    app.mount("/pictures", StaticFiles(directory=pictures), name="pictures")
    app.add_middleware(Guard, policy=PAGE_POLICY)  # what is mounted below keeps the headers it sets itself
    app.exception_handler(HTTPException)(pages.missing)
    app.exception_handler(RequestValidationError)(pages.missing)
    return app


def _routes(pages: "_Pages") -> APIRouter:
    router = APIRouter()
    router.get("")(lambda: RedirectResponse(f"{INBOX}/"))
    router.get("/", response_class=HTMLResponse)(pages.front)
    router.get("/inbox.css")(pages.style)
    # A number is read by its type and not by the path: Python's int() fails on one of thousands of digits.
    router.get("/{number}", response_class=HTMLResponse)(pages.as_seen)
    router.get("/{number}/html", response_class=HTMLResponse)(pages.html_part)
    router.get("/{number}/text", response_class=HTMLResponse)(pages.text_part)
    router.get("/{number}/headers", response_class=HTMLResponse)(pages.headers)
    router.get("/{number}/source", response_class=HTMLResponse)(pages.source)
    router.get("/{number}/source.eml")(pages.source_file)
    return router


class _Pages:
    """The pages over one sequence of mails; mail that arrives later shows on the next request."""

    def __init__(self, mails: Sequence[CaughtMail], names: Mapping[str, str], facts: Mapping[str, str]) -> None:
        self._mails = mails
        self._names = names
        self._facts = facts
        self._folder = templates_folder() / "demo"
        self._templates = Environment(
            loader=FileSystemLoader(self._folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters["size"] = _size
        self._templates.globals["name_of"] = self._name_of

    def front(self) -> HTMLResponse:
        opened = [open_mail(caught) for caught in self._mails]
        subjects = {mail.subject for mail in opened}
        return self._page(
            "front.html",
            mails=opened,
            subject=subjects.pop() if len(subjects) == 1 else None,
            total=sum(mail.size for mail in opened),
            facts=self._facts,
        )

    def style(self) -> FileResponse:
        return FileResponse(self._folder / "inbox.css", media_type="text/css")

    def as_seen(self, number: int, view: str = "both") -> HTMLResponse:
        return self._mail_page("as_seen.html", number, view=view if view in VIEWS else "both", views=VIEWS)

    def text_part(self, number: int) -> HTMLResponse:
        return self._mail_page("text.html", number)

    def headers(self, number: int) -> HTMLResponse:
        return self._mail_page("headers.html", number)

    def source(self, number: int) -> HTMLResponse:
        return self._mail_page("source.html", number)

    def html_part(self, number: int) -> HTMLResponse:
        mail = self._opened(number)
        return HTMLResponse(mail.html + LINKS_OPEN_APART, headers={"Content-Security-Policy": MAIL_POLICY})

    def source_file(self, number: int) -> Response:
        self._opened(number)
        disposition = {"Content-Disposition": f'attachment; filename="reader-{number}.eml"'}
        return Response(self._mails[number - 1].content, media_type="message/rfc822", headers=disposition)

    def missing(self, _request: Request, error: Exception) -> HTMLResponse:
        status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
        return self._page("missing.html", status=status)

    def _name_of(self, mail: OpenedMail) -> str:
        return self._names.get(mail.recipient) or parseaddr(mail.to)[0]

    def _opened(self, number: int) -> OpenedMail:
        if not 1 <= number <= len(self._mails):
            raise HTTPException(NOT_FOUND)
        return open_mail(self._mails[number - 1])

    def _mail_page(self, template: str, number: int, **more: Any) -> HTMLResponse:
        mail = self._opened(number)
        return self._page(template, mail=mail, number=number, count=len(self._mails), **more)

    def _page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(values), status_code=status)


def _size(count: int) -> str:
    """Write a number of bytes for people; kB are thousands, as mail services count them."""
    return f"{count} bytes" if count < KILO else f"{count / KILO:,.0f} kB"
