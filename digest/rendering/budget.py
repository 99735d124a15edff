"""The byte budget: an edition that Gmail would clip gives up what it can best do without (M01)."""

from collections.abc import Callable
from dataclasses import dataclass

from digest.editions.contents import Contents
from digest.editions.lighter import ever_lighter
from digest.errors import BadInputError
from digest.rendering import slots
from digest.rendering.artifact import Artifact
from digest.rendering.filling import filled, offer
from digest.rendering.inlining import inline_css
from digest.rendering.presentable import presentable
from digest.rendering.publication import Publication
from digest.rendering.render import render_edition
from digest.rendering.template import EditionTemplate

MOST_OCTETS = 90 * 1024
# An estimate errs by a per cent or two; a little less than the most saves a second inlining.
AIM = 0.97
LONGEST_TOKEN_PATH = 100
# 254 characters (RFC 5321 §4.5.3.1.3 less its brackets), of which the 64 of the local part may each become &amp;.
LONGEST_ADDRESS = 254 + 64 * len("amp;")


@dataclass(frozen=True, slots=True)
class FittedEdition:
    """An edition that fits into a mail. `given_up` says in words what it had to give up for it, "" if nothing."""

    contents: Contents
    artifact: Artifact
    given_up: str = ""


def fit_edition(
    contents: Contents,
    publication: Publication,
    template: EditionTemplate,
    inline: Callable[[str], str] = inline_css,
) -> FittedEdition:
    """Render *contents* whole, or as much of them as the longest personal copy can hold in 90 KB.

    Inlining is dear and filling a page is not: how heavy a lighter edition would be is estimated from its page, by
    what inlining added to the whole one's; what then comes close is inlined and weighed.

    Raises:
        BadInputError: the template is at fault, or the lead alone is too heavy in it.
    """
    artifact = render_edition(contents, publication, template, inline)
    weight = personal_octets(artifact.html, publication)
    if weight <= MOST_OCTETS:
        return FittedEdition(contents, artifact)
    growth = weight / _page_octets(contents, publication, template)
    for lighter, given_up in ever_lighter(contents):
        page = _page_octets(lighter, publication, template)
        if page * growth > MOST_OCTETS * AIM and lighter.sections:
            continue
        artifact = render_edition(lighter, publication, template, inline)
        weight = personal_octets(artifact.html, publication)
        if weight <= MOST_OCTETS:
            return FittedEdition(lighter, artifact, given_up)
        growth = weight / page
    raise BadInputError(f"{template.page.filename}: the lead alone takes {weight:,} bytes; 90 KB is the most (M01)")


def personal_octets(html: str, publication: Publication) -> int:
    """Return how many octets *html* can have on the wire, CRLF and the longest values of a reader included."""
    url = len(publication.base_url.encode()) + LONGEST_TOKEN_PATH
    longest = {slots.UNSUBSCRIBE_URL: url, slots.PREFERENCES_URL: url, slots.ADDRESS: LONGEST_ADDRESS}
    added = sum(html.count(slot) * max(0, octets - len(slot)) for slot, octets in longest.items())
    return len(html.encode()) + html.count("\n") + added


def _page_octets(contents: Contents, publication: Publication, template: EditionTemplate) -> int:
    offered = offer(presentable(contents, publication), publication, template.style_blocks(publication.theme))
    return len(filled(template.page, offered).encode())
