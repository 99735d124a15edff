"""One look of an edition: its files, read once and checked before a story meets them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from digest.errors import BadInputError
from digest.rendering.filling import Offer, filled, offer
from digest.rendering.look_files import (
    Source,
    alone,
    check_file,
    environment_of,
    parts_of,
    shared_sources,
    sources_in,
)
from digest.rendering.markup_rules import names_in, page_complaints, text_complaints
from digest.rendering.rehearsal import REHEARSALS
from digest.rendering.style_rules import check_inlined, check_kept
from digest.rendering.stylesheet import StyleError, rules_of, without_comments
from digest.settings.theme import DEFAULT_THEME, ThemeSettings

PAGE, TEXT, SUBJECT = "edition.html", "edition.txt", "subject.txt"
INLINED, KEPT = "inlined.css", "kept.css"
BLOCKS = {INLINED: check_inlined, KEPT: check_kept}
NAME_IN_SELECTOR = re.compile(r"\.?[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class EditionTemplate:
    """A look: `inlined` gives style block A and `kept` block B, each for a theme.

    `folder` is where it was read from; nothing is read from there again.
    """

    folder: Path
    page: Template
    text: Template
    subject: Template
    inlined: Template
    kept: Template

    def style_blocks(self, theme: ThemeSettings) -> Markup:
        """Return both blocks as elements for the head; the inliner keeps the second byte for byte (T12)."""
        # Both are files of the template, checked to hold no markup, and values that were checked to hold none.
        inlined, kept = (Markup(styles_of(block, theme)) for block in (self.inlined, self.kept))  # noqa: S704
        return Markup('<style>{}</style>\n<style data-premailer="ignore">{}</style>').format(inlined, kept)


@lru_cache(maxsize=64)
def styles_of(block: Template, theme: ThemeSettings) -> str:
    """Return a style block as rules in the colours and fonts of *theme*, without comments."""
    return without_comments(block.render(theme=theme))


def load_template(folder: Path) -> EditionTemplate:
    """Read the look in *folder* and check every file of it.

    Needed are edition.html, edition.txt, subject.txt, inlined.css and kept.css; further files are parts that these
    may extend, include or import. What the folder lacks of parts is taken from those that our looks share.

    Raises:
        BadInputError: a file is missing or not UTF-8, or has a mistake; the message names the file and line.
    """
    own = sources_in(folder)
    for name in (PAGE, TEXT, SUBJECT, INLINED, KEPT):
        if name not in own:
            raise BadInputError(
                f"{folder / name} is missing: a look needs {PAGE}, {TEXT}, {SUBJECT}, {INLINED}, {KEPT}"
            )
    return _checked(folder, tuple({**shared_sources(), **own}.items()), tuple(own))


@lru_cache(maxsize=16)
def _checked(folder: Path, files: tuple[tuple[str, Source], ...], own: tuple[str, ...]) -> EditionTemplate:
    """Return the look that *files* are, each by its name; what was found well once is not tried again."""
    sources = dict(files)
    environment = environment_of(sources)
    for name in own:
        check_file(environment, name, sources)
    template = EditionTemplate(
        folder=folder,
        page=environment.get_template(PAGE),
        text=environment.get_template(TEXT),
        subject=environment.get_template(SUBJECT),
        inlined=environment.get_template(INLINED),
        kept=environment.get_template(KEPT),
    )
    _check_whole(template)
    met = _rehearse(template)
    for name in parts_of(environment, INLINED, sources):
        _check_met(sources[name].path, alone(environment, sources[name]), met)
    return template


def _check_whole(template: EditionTemplate) -> None:
    """Check each block as it is mailed: its size, and that no part of it spoils what another says."""
    for name, block in ((INLINED, template.inlined), (KEPT, template.kept)):
        try:
            BLOCKS[name](styles_of(block, DEFAULT_THEME))
        except StyleError as error:
            raise BadInputError(f"{template.folder / name} and its parts: {error.complaint}") from error


def _check_met(path: Path, css: str, met: Collection[str]) -> None:
    """Check that each rule of block A meets something; else it is a slip of the pen, or a burden (M06)."""
    for rule in rules_of(css):
        for name in NAME_IN_SELECTOR.findall(rule.selector):
            if name not in met:
                raise BadInputError(
                    f"{path}, line {rule.line}: no page of this look has anything that {name!r} means; the"
                    " inlined rules are for what is there (M06)"
                )


def _rehearse(template: EditionTemplate) -> frozenset[str]:
    """Fill every file once, so that what only words bring to light comes to light now and not at six.

    Returns the names of the elements and, with a point, of the classes that the pages have.
    """
    met: set[str] = set()
    for contents, publication in REHEARSALS:
        offered = offer(contents, publication, template.style_blocks(publication.theme))
        filled(template.subject, offered)
        page, text = filled(template.page, offered), filled(template.text, offered)
        for part, words in ((template.page, page), (template.text, text)):
            _check_says(part, words, offered)
        for complaint in page_complaints(page):
            raise BadInputError(f"{template.page.filename} or a part of it: {complaint}")
        for complaint in text_complaints(text):
            raise BadInputError(f"{template.text.filename} or a part of it: {complaint}")
        met |= names_in(page)
    return frozenset(met)


def _check_says(part: Template, words: str, offered: Offer) -> None:
    """Check that a part tells how to leave, where it went and who sent it (M22, H11)."""
    owed = {
        "unsubscribe_url": offered.unsubscribe_url,
        "preferences_url": offered.preferences_url,
        "address": offered.address,
        "publication.postal_address": offered.publication.postal_address.splitlines()[0],
    }
    for name, value in owed.items():
        if value not in words:
            raise BadInputError(f"{part.filename} never says {{{{ {name} }}}}; every newsletter must (M22)")
