"""Contents and a look become the frozen artifact."""

from collections.abc import Callable
from dataclasses import replace

from digest.articles.clean_line import clean_line
from digest.editions.contents import Contents
from digest.errors import BadInputError
from digest.rendering.artifact import Artifact
from digest.rendering.filling import filled, offer
from digest.rendering.inlining import inline_css
from digest.rendering.lines import tidy
from digest.rendering.presentable import presentable
from digest.rendering.publication import Publication
from digest.rendering.template import EditionTemplate


def render_edition(
    contents: Contents,
    publication: Publication,
    template: EditionTemplate,
    inline: Callable[[str], str] = inline_css,
) -> Artifact:
    """Return *contents* as one HTML page, one text and one subject, with the sentinels where readers differ.

    The same arguments give the same bytes (M28). *inline* turns style block A into style attributes; it is
    called once, for it costs tens of milliseconds (trap T13): run this off the event loop.

    Raises:
        BadInputError: the template uses what is not there, or the subject comes out empty.
    """
    fit = presentable(contents, publication)
    offered = offer(fit, publication, template.style_blocks(publication.theme))
    subject = clean_line(filled(template.subject, offered))
    if not subject:
        raise BadInputError(f"{template.subject.filename} gives an empty subject for {fit.newsletter} {fit.local_date}")
    offered = replace(offered, subject=subject)
    html = inline(filled(template.page, offered))
    return Artifact(subject=subject, html=html, text=tidy(filled(template.text, offered)))
