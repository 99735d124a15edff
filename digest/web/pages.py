"""The pages' templates: loaded and checked once, filled for every answer."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.rendering.language import direction, written_date
from digest.rendering.template_folder import templates_folder
from digest.settings import SiteSettings
from digest.settings.theme import DEFAULT_THEME, ThemeSettings
from subscribers.timezone import written_zone

STYLESHEET = "pages.css"
SCRIPT = "proof.js"
NIGHT = "(prefers-color-scheme: dark)"
FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_MINUTES = {"Cache-Control": "public, max-age=300"}


class PageTemplates:
    """The pages of one site. Every template is parsed when this is made, so that none fails at six.

    `root` is the path that the site's addresses begin with, empty for most. With *has_script* a form's challenge is
    solved by the one script that there is (S08). The pages have the colours and fonts of *theme*, as the mails do.
    """

    def __init__(self, site: SiteSettings, *, has_script: bool = False, theme: ThemeSettings = DEFAULT_THEME) -> None:
        self.root = urlsplit(site.base_url).path
        folder = templates_folder() / "pages"
        self._style = (folder / STYLESHEET).read_bytes() + _palette(theme)
        self._script = (folder / SCRIPT).read_bytes() if has_script else None
        self._environment = _environment(folder, site, self.root)
        static = f"{self.root}/static"
        self._environment.globals["stylesheet"] = f"{static}/{STYLESHEET}?{_version(self._style)}"
        self._environment.globals["script"] = f"{static}/{SCRIPT}?{_version(self._script)}" if self._script else ""
        for name in self._environment.list_templates(extensions=["html"]):
            self._environment.get_template(name)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return the page that *template* makes of *values*."""
        return HTMLResponse(self._environment.get_template(template).render(values), status_code=status)

    def router(self) -> APIRouter:
        """Return the routes of the one stylesheet and, where it is used, the one script."""
        router = APIRouter()
        if self._script:
            router.add_api_route(f"/static/{SCRIPT}", self._its_script, methods=["GET", "HEAD"])
        router.add_api_route(f"/static/{STYLESHEET}", self._stylesheet, methods=["GET", "HEAD"])
        return router

    def _stylesheet(self) -> Response:
        # Its address changes with its content.
        return Response(self._style, media_type="text/css", headers=FOR_A_YEAR)

    def _its_script(self) -> Response:
        return Response(self._script, media_type="text/javascript", headers=FOR_A_YEAR)


@lru_cache(maxsize=16)
def page_templates(
    site: SiteSettings, *, has_script: bool = False, theme: ThemeSettings = DEFAULT_THEME
) -> PageTemplates:
    """Return the pages of one site; however many applications a process makes of it, they are parsed once."""
    return PageTemplates(site, has_script=has_script, theme=theme)


def _palette(theme: ThemeSettings) -> bytes:
    """Return the rules that give our stylesheet's colours and fonts the newsroom's values; none where they are ours."""
    if theme == DEFAULT_THEME:
        return b""
    names = ("ink", "paper", "canvas", "rule", "grey")
    day = {name: getattr(theme, name) for name in names} | {"accent": theme.accent, "on-accent": theme.paper}
    night = {name: getattr(theme, f"dark_{name}") for name in names}
    night |= {"accent": theme.night_accent, "on-accent": theme.dark_paper}
    fonts = {"serif": theme.headline_font, "sans": theme.text_font}
    return f":root {{ {_named(day | fonts)} }}\n@media {NIGHT} {{ :root {{ {_named(night)} }} }}\n".encode()


def _named(values: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _environment(folder: Path, site: SiteSettings, root: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        site=site,
        root=root,
        language=site.language,
        direction=direction(site.language),
        # The pages' own words are English, whatever the newsroom writes in.
        page_language=site.language if site.language.lower().split("-")[0] == "en" else "en",
    )
    environment.filters["zone"] = written_zone
    environment.filters["written"] = lambda day: written_date(day, site.language)
    return environment
