"""The files of a look, read and each held for itself against what a template or a stylesheet may be."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateSyntaxError, meta, nodes, select_autoescape
from jinja2.sandbox import SandboxedEnvironment

from digest.errors import BadInputError
from digest.rendering import lines
from digest.rendering.filling import OFFERED, said_of
from digest.rendering.language import written_time
from digest.rendering.picture import picture_of
from digest.rendering.style_rules import check_inlined, check_kept
from digest.rendering.stylesheet import StyleError
from digest.rendering.template_folder import parts_folder
from digest.settings.theme import DEFAULT_THEME

KEPT_PART = "kept"
INCLUSION = re.compile(r"\{%-?\s*include\b.*?%\}")
STYLES = frozenset({"theme"})  # what a stylesheet may name

FILTERS: dict[str, Callable[..., Any]] = {
    "picture": picture_of,
    "wrapped": lines.wrapped,
    "underlined": lines.underlined,
    "opening": lines.opening,
    "time": written_time,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a look: where it is and what is in it."""

    path: Path
    text: str


def sources_in(folder: Path) -> dict[str, Source]:
    """Return the files in *folder* that a look may be made of, by name.

    Raises:
        BadInputError: there is no such folder, or a file of it is no UTF-8.
    """
    if not folder.is_dir():
        beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
        looks = ", ".join(sorted(other.name for other in beside if (other / "edition.html").is_file()))
        near = f"; there are {looks}" if looks else ""
        raise BadInputError(f"No template folder {folder}; name one that holds edition.html, or one of our looks{near}")
    files = sorted(path for path in folder.iterdir() if path.suffix in {".html", ".txt", ".css"})
    return {path.name: Source(path, _read(path)) for path in files}


def shared_sources() -> dict[str, Source]:
    """Return the parts of our looks, which come with this program."""
    return sources_in(parts_folder())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} can't be read: {error}; save it as UTF-8 text") from error


class _Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, asked thousands of times an edition; of one type's attribute it says always the same."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._said: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        asked = (type(obj), attr)
        if asked not in self._said:
            self._said[asked] = super().is_safe_attribute(obj, attr, value)
        return self._said[asked]


def environment_of(sources: Mapping[str, Source]) -> SandboxedEnvironment:
    """Return the sandbox in which the templates among *sources* run: nothing is written unescaped, nothing missing."""

    def source_of(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        # The path makes Jinja's tracebacks name the file.
        found = sources.get(name)
        return (found.text, str(found.path), lambda: True) if found else None

    environment = _Sandbox(
        loader=FunctionLoader(source_of),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    del environment.filters["safe"]  # a story's words stay escaped (M20)
    return environment


def check_file(environment: SandboxedEnvironment, name: str, sources: Mapping[str, Source]) -> None:
    """Check one file: its template's words and names, and what its rules may say.

    Raises:
        BadInputError: with the file, and mostly the line, of what is wrong.
    """
    source = sources[name]
    _check_jinja(environment, source, sources.keys())
    if source.path.suffix == ".css":
        check = check_kept if name.startswith(KEPT_PART) else check_inlined
        try:
            check(alone(environment, source))
        except StyleError as error:
            raise BadInputError(f"{source.path}, line {error.line}: {error.complaint}") from error


def alone(environment: SandboxedEnvironment, source: Source) -> str:
    """Return a stylesheet without what it includes, so that its lines are those of the file."""
    text = INCLUSION.sub("", source.text)
    try:
        return environment.from_string(text).render(theme=DEFAULT_THEME)
    except Exception as error:  # a look is foreign code and may raise anything
        raise BadInputError(f"{source.path}: {said_of(error)}") from error


def _check_jinja(environment: SandboxedEnvironment, source: Source, present: Collection[str]) -> None:
    path = source.path
    offered = STYLES if path.suffix == ".css" else OFFERED
    try:
        parsed = environment.parse(source.text, path.name, str(path))
        environment.get_template(path.name)
        above = _set_above(environment, parsed)
    except TemplateSyntaxError as error:
        raise BadInputError(f"{error.filename or path}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # compiling foreign code may raise anything, as for loops in loops do
        raise BadInputError(f"{path}: {said_of(error)}") from error
    for escaping in parsed.find_all(nodes.EvalContextModifier):
        raise BadInputError(f"{path}, line {escaping.lineno}: leave autoescape alone; it is on where it must be (M20)")
    unknown = meta.find_undeclared_variables(parsed) - offered - above
    for name in parsed.find_all(nodes.Name):
        if name.ctx == "load" and name.name in unknown:
            named = ", ".join(sorted(offered))
            raise BadInputError(f"{path}, line {name.lineno}: nothing is called {name.name!r}; use {named}")
    _check_nothing_is_lost(path, parsed)
    for wanted in meta.find_referenced_templates(parsed):
        _check_part(path, wanted, present)


def _check_nothing_is_lost(path: Path, parsed: nodes.Template) -> None:
    """Refuse words outside the blocks of a file that extends another: Jinja drops them without a word."""
    if not any(isinstance(node, nodes.Extends) for node in parsed.body):
        return
    for output in (node for node in parsed.body if isinstance(node, nodes.Output)):
        for piece in output.nodes:
            if not (isinstance(piece, nodes.TemplateData) and not piece.data.strip()):
                raise BadInputError(f"{path}, line {piece.lineno}: outside a block nothing is shown; put it into one")


def _set_above(environment: SandboxedEnvironment, parsed: nodes.Template) -> set[str]:
    """Return the names that a file sets outside its blocks, or one it extends: they are known in its blocks."""
    found: set[str] = set()
    for node in parsed.body:
        if isinstance(node, nodes.Import):
            found.add(node.target)
        elif isinstance(node, nodes.FromImport):
            found |= {name if isinstance(name, str) else name[1] for name in node.names}
        elif isinstance(node, nodes.Macro):
            found.add(node.name)
        elif isinstance(node, nodes.Assign):
            found |= {name.name for name in node.find_all(nodes.Name) if name.ctx == "store"}
        elif isinstance(node, nodes.Extends) and isinstance(node.template, nodes.Const) and environment.loader:
            name = node.template.value
            source, path, _ = environment.loader.get_source(environment, name)
            found |= _set_above(environment, environment.parse(source, name, path))
    return found


def _check_part(path: Path, wanted: str | None, present: Collection[str]) -> None:
    if wanted is None or wanted not in present:
        raise BadInputError(f"{path}: there is no part {wanted!r} in {path.parent}, nor among those that looks share")
    if Path(wanted).suffix != path.suffix:
        raise BadInputError(f"{path}: {wanted!r} is no {path.suffix} file; only such a part is escaped as it must be")


def parts_of(environment: SandboxedEnvironment, name: str, sources: Mapping[str, Source]) -> list[str]:
    """Return *name* and the parts it includes, themselves and by others."""
    found = [name]
    for part in found:
        wanted = meta.find_referenced_templates(environment.parse(sources[part].text))
        found += [other for other in wanted if other and other not in found]
    return found
