"""One look of an edition: its files, read once and checked before a story meets them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    meta,
    nodes,
    select_autoescape,
)
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from digest.errors import BadInputError
from digest.rendering import lines
from digest.rendering.filling import OFFERED, Offer, filled, offer, said_of
from digest.rendering.markup_rules import page_complaints, text_complaints
from digest.rendering.picture import picture_of
from digest.rendering.rehearsal import REHEARSALS
from digest.rendering.style_rules import check_inlined, check_kept
from digest.rendering.stylesheet import StyleError, without_comments

PAGE, TEXT, SUBJECT = "edition.html", "edition.txt", "subject.txt"
INLINED, KEPT = "inlined.css", "kept.css"

FILTERS: dict[str, Callable[..., Any]] = {
    "picture": picture_of,
    "wrapped": lines.wrapped,
    "underlined": lines.underlined,
    "opening": lines.opening,
}


@dataclass(frozen=True, slots=True)
class EditionTemplate:
    """A look: `inlined` is style block A and `kept` is block B, both without comments.

    `folder` is where it was read from; nothing is read from there again.
    """

    folder: Path
    page: Template
    text: Template
    subject: Template
    inlined: str
    kept: str

    @property
    def style_blocks(self) -> Markup:
        """Return both blocks as elements for the head; the inliner keeps the second byte for byte (T12)."""
        # Both are files of the template, checked to hold no markup.
        inlined, kept = Markup(self.inlined), Markup(self.kept)  # noqa: S704
        return Markup('<style>{}</style>\n<style data-premailer="ignore">{}</style>').format(inlined, kept)


def load_template(folder: Path) -> EditionTemplate:
    """Read the look in *folder* and check every file of it.

    Needed are edition.html, edition.txt, subject.txt, inlined.css and kept.css; further .html and .txt files
    are parts that these may include or import.

    Raises:
        BadInputError: a file is missing or not UTF-8, or has a mistake; the message names the file and line.
    """
    sources = _sources(folder)
    for name in (PAGE, TEXT, SUBJECT, INLINED, KEPT):
        if name not in sources:
            raise BadInputError(
                f"{folder / name} is missing: a look needs {PAGE}, {TEXT}, {SUBJECT}, {INLINED}, {KEPT}"
            )
    environment = _environment(folder, sources)
    for name, source in sources.items():
        _check(environment, folder / name, source, sources.keys())
    template = EditionTemplate(
        folder=folder,
        page=environment.get_template(PAGE),
        text=environment.get_template(TEXT),
        subject=environment.get_template(SUBJECT),
        inlined=without_comments(sources[INLINED]),
        kept=without_comments(sources[KEPT]),
    )
    _rehearse(template)
    return template


def _sources(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise BadInputError(f"No template folder {folder}; name one that holds {PAGE}")
    files = sorted(path for path in folder.iterdir() if path.suffix in {".html", ".txt", ".css"})
    return {path.name: _read(path) for path in files}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} can't be read: {error}; save it as UTF-8 text") from error


def _environment(folder: Path, sources: Mapping[str, str]) -> SandboxedEnvironment:
    def source_of(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        # The path makes Jinja's tracebacks name the file.
        return (sources[name], str(folder / name), lambda: True) if name in sources else None

    environment = SandboxedEnvironment(
        loader=FunctionLoader(source_of),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    del environment.filters["safe"]  # a story's words stay escaped (M20)
    return environment


def _check(environment: SandboxedEnvironment, path: Path, source: str, present: Collection[str]) -> None:
    try:
        if path.name == KEPT:
            check_kept(source)
        elif path.suffix == ".css":
            check_inlined(source)
        else:
            _check_jinja(environment, path, source, present)
    except StyleError as error:
        raise BadInputError(f"{path}, line {error.line}: {error.complaint}") from error


def _check_jinja(environment: SandboxedEnvironment, path: Path, source: str, present: Collection[str]) -> None:
    try:
        parsed = environment.parse(source, path.name, str(path))
        environment.get_template(path.name)
    except TemplateSyntaxError as error:
        raise BadInputError(f"{path}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # compiling foreign code may raise anything, as for loops in loops do
        raise BadInputError(f"{path}: {said_of(error)}") from error
    for escaping in parsed.find_all(nodes.EvalContextModifier):
        raise BadInputError(f"{path}, line {escaping.lineno}: leave autoescape alone; it is on where it must be (M20)")
    unknown = meta.find_undeclared_variables(parsed) - OFFERED
    for name in parsed.find_all(nodes.Name):
        if name.ctx == "load" and name.name in unknown:
            raise BadInputError(f"{path}, line {name.lineno}: nothing is called {name.name!r}; use {_offered()}")
    for wanted in meta.find_referenced_templates(parsed):
        _check_part(path, wanted, present)


def _check_part(path: Path, wanted: str | None, present: Collection[str]) -> None:
    if wanted is None or wanted not in present:
        raise BadInputError(f"{path}: there is no part {wanted!r} in {path.parent}")
    if Path(wanted).suffix != path.suffix:
        raise BadInputError(f"{path}: {wanted!r} is no {path.suffix} file; only such a part is escaped as it must be")


def _rehearse(template: EditionTemplate) -> None:
    """Fill every file once, so that what only words bring to light comes to light now and not at six."""
    for contents, publication in REHEARSALS:
        offered = offer(contents, publication, template.style_blocks)
        filled(template.subject, offered)
        page, text = filled(template.page, offered), filled(template.text, offered)
        for part, words in ((template.page, page), (template.text, text)):
            _check_says(part, words, offered)
        for complaint in page_complaints(page):
            raise BadInputError(f"{template.page.filename} or a part of it: {complaint}")
        for complaint in text_complaints(text):
            raise BadInputError(f"{template.text.filename} or a part of it: {complaint}")


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


def _offered() -> str:
    return ", ".join(sorted(OFFERED))
