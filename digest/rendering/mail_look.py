"""The look of the mails that the service itself writes: their files, read once, and what they make of a few names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from digest.articles.clean_line import clean_line
from digest.rendering import mail_slots
from digest.rendering.artifact import Artifact
from digest.rendering.inlining import inline_css
from digest.rendering.lines import tidy, underlined, wrapped
from digest.rendering.publication import Publication
from digest.rendering.style_rules import check_inlined, check_kept
from digest.rendering.stylesheet import without_comments
from digest.settings.theme import DEFAULT_THEME, ThemeSettings

CONFIRMATION = "confirmation"
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class MailLook:
    """One kind of mail: its page, its text, its subject, its theme, and the two style blocks for the page's head."""

    page: Template
    text: Template
    subject: Template
    style_blocks: Markup
    theme: ThemeSettings

    def render(self, publications: Sequence[Publication]) -> Artifact:
        """Return the mail about these newsletters of one site, at least one, with sentinels where mails differ.

        It costs tens of milliseconds (trap T13).
        """
        site = publications[0]
        fill = partial(
            _filled,
            site=site,
            publications=publications,
            language=site.language,
            # The mail's own words are English, whatever the newsroom writes in.
            page_language=site.language if site.language.lower().split("-")[0] == "en" else "en",
            confirm_url=mail_slots.CONFIRM_URL,
            deny_url=mail_slots.DENY_URL,
            contact_url=f"mailto:{quote(site.contact, safe='@')}",
            style_blocks=self.style_blocks,
            theme=self.theme,
        )
        subject = clean_line(fill(self.subject))
        return Artifact(subject, inline_css(fill(self.page, subject=subject)), tidy(fill(self.text)))


def load_mail_look(folder: Path, kind: str = CONFIRMATION, theme: ThemeSettings = DEFAULT_THEME) -> MailLook:
    """Read the mail of *kind* from *folder*, `templates/mail`; every file is parsed now, so that none fails later.

    It has the colours and fonts of *theme*.

    Raises:
        StyleError: a style block holds what mail clients do not read.
        TemplateError: a template is missing or malformed.
    """
    environment = _environment(folder)
    inlined, kept = (environment.get_template(name).render(theme=theme) for name in ("inlined.css", "kept.css"))
    check_inlined(inlined)
    check_kept(kept)
    # Our own files, checked to hold no markup.
    blocks = (Markup(without_comments(css)) for css in (inlined, kept))  # noqa: S704
    return MailLook(
        page=environment.get_template(f"{kind}.html"),
        text=environment.get_template(f"{kind}.txt"),
        subject=environment.get_template(f"{kind}.subject"),
        style_blocks=Markup('<style>{}</style>\n<style data-premailer="ignore">{}</style>').format(*blocks),
        theme=theme,
    )


def _filled(template: Template, **names: object) -> str:
    return template.render(names)


def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(wrapped=wrapped, underlined=underlined)
    return environment
