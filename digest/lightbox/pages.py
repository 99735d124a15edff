"""The pages of the lightbox, on this machine alone: the mail in every way a reader may see it, and all about it."""

from collections.abc import Callable
from email import message_from_bytes, policy

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

from digest.lightbox.places import place_of
from digest.lightbox.views import View, Width
from digest.lightbox.watching import Sight
from digest.preview import Preview
from digest.rendering.budget import MOST_OCTETS
from digest.rendering.template_folder import templates_folder
from digest.web.guard import Guard

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The mail's styles are inline; it holds nothing that could act, and pictures only where they are looked at.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
PICTURES = "https: http://127.0.0.1:* http://localhost:*"
LINKS_OPEN_APART = '\n<base target="_blank">\n'
PANELS = {
    "mail": "Mail",
    "text": "Text",
    "headers": "Headers",
    "stories": "Stories and reasons",
    "lint": "Lint",
    "difference": "Since the last edition",
}
HOSTS = ["127.0.0.1", "localhost"]  # a page elsewhere whose name is made to lead here learns nothing


def lightbox_app(latest: Callable[[], Sight]) -> FastAPI:
    """Build the pages over what *latest* gives, which is asked anew for each of them. No GET changes anything."""
    app = FastAPI(title="The lightbox", docs_url=None, redoc_url=None, openapi_url=None)
    pages = _Pages(latest)
    app.get("/", response_class=HTMLResponse)(pages.front)
    app.get("/mail", response_class=HTMLResponse)(pages.mail)
    app.get("/version")(pages.version)
    app.get("/lightbox.css")(pages.style)
    app.get("/lightbox.js")(pages.script)
    app.add_middleware(Guard, policy=PAGE_POLICY)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return app


class _Pages:
    def __init__(self, latest: Callable[[], Sight]) -> None:
        self._latest = latest
        self._folder = templates_folder() / "lightbox"
        self._templates = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def front(
        self,
        panel: str = "mail",
        width: Width = Width.DESKTOP,
        dark: bool = False,
        pictures: bool = True,
        styles: bool = True,
    ) -> HTMLResponse:
        sight, view = self._latest(), View(width, dark, pictures, styles)
        shown = panel if panel in PANELS else "mail"
        page = self._templates.get_template("lightbox.html")
        about = _about(sight.preview) if sight.preview else {}
        chosen = {"view": view, "panel": shown, "panels": PANELS, "widths": list(Width)}
        return HTMLResponse(page.render(sight=sight, most=MOST_OCTETS, **chosen, **about))

    def mail(self, dark: bool = False, pictures: bool = True, styles: bool = True) -> Response:
        preview = self._latest().preview
        html = preview.files()["edition.html"].decode() if preview else ""
        shown = View(dark=dark, pictures=pictures, styles=styles).of(html)
        policy_of_mail = MAIL_POLICY.format(pictures=PICTURES if pictures else "'none'")
        return HTMLResponse(shown + LINKS_OPEN_APART, headers={"Content-Security-Policy": policy_of_mail})

    def version(self) -> dict[str, int]:
        return {"version": self._latest().version}

    def style(self) -> Response:
        return Response((self._folder / "lightbox.css").read_bytes(), media_type="text/css")

    def script(self) -> Response:
        return Response((self._folder / "lightbox.js").read_bytes(), media_type="text/javascript")


def _about(preview: Preview) -> dict[str, object]:
    """Return what the page says of an edition beside showing it."""
    files = {name: content.decode() for name, content in preview.files().items()}
    head, _, _ = files["edition.eml"].partition("\r\n\r\n")
    parts = {"HTML": files["edition.html"], "text": files["edition.txt"], "headers": head.replace("\r\n", "\n")}
    return {
        "preview": preview,
        "report": preview.report(),
        "text": files["edition.txt"],
        "headers": message_from_bytes(preview.proof.message, policy=policy.default).items(),
        "raw_headers": parts["headers"],
        "violations": [(violation, place_of(violation.where, parts)) for violation in preview.proof.violations],
    }
