"""`digest embed`: the sign-up box to paste under articles."""

from typing import Annotated

import typer

from digest.cli.desk import Desk, newsletter_named
from digest.settings import NewsletterSettings, SiteSettings
from digest.settings.theme import DEFAULT_THEME, ThemeSettings
from digest.web.pages import PageTemplates
from subscribers.web.box import BUTTON, HONEYPOT, LABEL, NOTE


def embed(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(help="The newsletter's slug.")],
) -> None:
    """Print the sign-up box as HTML to paste under articles, on any site.

    It brings its own styles and needs no script and no cookie. Where nothing can be pasted, frame /embed/NEWSLETTER.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    # Not by way of a terminal's manners: what is pasted must be what was made.
    typer.echo(
        pasted_box(settings.site, newsletter, newsletter_named(settings, newsletter), settings.theme_of(newsletter))
    )


def pasted_box(
    site: SiteSettings, slug: str, newsletter: NewsletterSettings, theme: ThemeSettings = DEFAULT_THEME
) -> str:
    """Return the box of a newsletter as HTML that stands by itself, in the colours and fonts of *theme*."""
    page = PageTemplates(site).page(
        "box.html",
        slug=slug,
        name=newsletter.name,
        pitch=newsletter.pitch,
        label=LABEL,
        button=BUTTON,
        note=NOTE,
        honeypot=HONEYPOT,
        theme=theme,
    )
    return bytes(page.body).decode().strip()
