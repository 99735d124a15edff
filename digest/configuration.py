"""Reading the configuration: `digest.toml`, then the environment, then the files that hold secrets."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from digest.errors import BadInputError
from digest.settings import Settings
from digest.settings.delivery import JOURNAL_NAME

DEFAULT_NAME = "digest.toml"
_PREFIX = "DIGEST_"
_SHAPES = {
    "model_type": "must be a section with keys of its own",
    "dict_type": "must be a section with a section for each newsletter",
    "tuple_type": "must be a list",
}
_TABLES = {
    "switch_urls": 'must be a table of newsletters and addresses, such as { "daily-headlines" = "https://…" }',
    "domain_rates": 'must be a table of domains and messages a second, such as { "example.org" = 20 }',
    "boosts": 'must be a table of words and points, such as { "eclipse" = 20 }',
}
_PATHS = ("_FILE", "__JOURNAL")
_SECRETS = (
    ("site", "secret"),
    ("smtp", "url"),
    ("database", "url"),
    ("web", "metrics_token"),
    ("alerts", "webhook_url"),
    ("alerts", "canary_url"),
)


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read the file at *path*, let *environ* override it, and return what they say.

    `DIGEST_SECTION__KEY` overrides a key; a slug's hyphens are underscores there. A key `NAME_file` gives a
    secret by the path of its file. Paths in the file are relative to its folder, paths in the environment
    to the working directory. Without a `[database]` the database is `digest.db` beside the file, and so is the
    folder of the journals.

    Raises:
        BadInputError: there is no such file, it is no TOML, or a key or a value is wrong; the message
            names every one of them.
    """
    raw = _read_toml(path)
    _anchor(raw, path.parent.resolve())
    _override(raw, environ)
    _read_secret_files(raw)
    folder = path.parent.resolve()
    if isinstance(database := raw.setdefault("database", {}), dict):
        database.setdefault("url", f"sqlite:///{folder / 'digest.db'}")
    if isinstance(smtp := raw.setdefault("smtp", {}), dict):
        smtp.setdefault("journal", str(folder / JOURNAL_NAME))
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise BadInputError(_explain(error, path)) from error


def _read_toml(path: Path) -> dict[str, Any]:
    if path.exists() and not path.is_file():
        raise BadInputError(f"{path} is no file")  # a pipe may never end
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise BadInputError(f"there is no {path}; 'digest init' writes one, --config PATH names another") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} can't be read: {error}") from error
    except (ValueError, RecursionError) as error:  # beside TOMLDecodeError: a number or a nesting beyond measure
        raise BadInputError(f"{path} is no valid TOML: {error}") from error


def _anchor(raw: dict[str, Any], folder: Path) -> None:
    """Make the paths in the file absolute, so that the working directory does not matter."""
    for section in [*(part for part in raw.values() if isinstance(part, dict)), *_relays(raw)]:
        for key, value in section.items():
            if key.endswith("_file") and isinstance(value, str) and value:
                section[key] = str(folder / value)
    smtp = raw.get("smtp")
    journal = smtp.get("journal") if isinstance(smtp, dict) else None
    if isinstance(journal, str) and journal:
        raw["smtp"]["journal"] = str(folder / journal)
    newsletters = raw.get("newsletters")
    for newsletter in newsletters.values() if isinstance(newsletters, dict) else ():
        template = newsletter.get("template") if isinstance(newsletter, dict) else None
        if isinstance(template, str) and "/" in template:
            newsletter["template"] = str(folder / template)
    database = raw.get("database")
    url = database.get("url") if isinstance(database, dict) else None
    if isinstance(url, str) and url.startswith("sqlite:///") and not url.startswith(("sqlite:////", "sqlite:///:")):
        raw["database"]["url"] = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"


def _relays(raw: dict[str, Any]) -> list[dict[str, Any]]:
    smtp = raw.get("smtp")
    relays = smtp.get("relays") if isinstance(smtp, dict) else None
    return [relay for relay in relays if isinstance(relay, dict)] if isinstance(relays, list) else []


def _override(raw: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put every `DIGEST_SECTION__KEY` of *environ*, and every whole `DIGEST_SECTION`, in its place in *raw*."""
    for name, value in sorted(environ.items()):
        way = name.removeprefix(_PREFIX).lower().split("__")
        if not name.startswith(_PREFIX) or (len(way) == 1 and way[0] not in Settings.model_fields):
            continue  # DIGEST_CONFIG is no part of the configuration
        if way[0] == "newsletters":
            way[1:2] = [slug.replace("_", "-") for slug in way[1:2]]
        *sections, key = way
        part = raw
        for step in sections:
            part = part.setdefault(step, {})
            if not isinstance(part, dict):
                raise BadInputError(f"{name}: {step} has no keys that the environment could set")
        plain = key.removesuffix("_file")
        if (*sections, plain) not in _SECRETS:
            part[key] = _value(name, value)
            continue
        if {f"{_PREFIX}{'__'.join((*sections, form))}".upper() for form in (plain, f"{plain}_file")} <= set(environ):
            raise BadInputError(f"{name.removesuffix('_FILE')} is set, and with _FILE too; keep one of them")
        part.pop(plain, None)
        part.pop(f"{plain}_file", None)
        part[key] = value


def _value(name: str, text: str) -> Any:
    if text and (name.endswith(_PATHS) or (name.endswith("__TEMPLATE") and "/" in text)):
        return str(Path(text).absolute())
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{name} begins like JSON but is none: {error}") from error


def _read_secret_files(raw: dict[str, Any]) -> None:
    for place, part, key in _secret_places(raw):
        if f"{key}_file" not in part:
            continue
        if key in part:
            raise BadInputError(f"{place} has both {key} and {key}_file; keep one of them")
        file = Path(str(part.pop(f"{key}_file")))
        try:
            part[key] = file.read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as error:  # no such file, not UTF-8, a NUL in the path
            raise BadInputError(f"{place} {key}_file: {file} can't be read: {error}") from error


def _secret_places(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give every part of the file in which a secret may stand, with its place as a person would look for it."""
    for section, key in _SECRETS:
        if isinstance(part := raw.get(section), dict):
            yield f"[{section}]", part, key
    for number, relay in enumerate(_relays(raw), start=1):
        yield f"[smtp] relays no. {number}", relay, "url"


def _explain(error: ValidationError, path: Path) -> str:
    """Say everything that is wrong, each with its place; never with a value that might be secret."""
    return "\n".join(f"{path}: {_place(fault['loc'])}{_sentence(fault)}" for fault in error.errors())


def _sentence(fault: Any) -> str:
    name = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "missing":
        return "is missing; 'digest init' in an empty folder shows an example"
    if fault["loc"] and fault["loc"][-1] == "[key]":
        return "a newsletter is named in small letters, digits and single hyphens, such as daily-headlines"
    if fault["type"] in _SHAPES:
        return _TABLES.get(name.rpartition(".")[2], _SHAPES[fault["type"]])
    if fault["type"] != "extra_forbidden":
        return str(fault["msg"]).removeprefix("Value error, ")
    known = _known_keys(Settings, fault["loc"][:-1])
    near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.5)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; there are {', '.join(sorted(known))}"


def _place(loc: Sequence[int | str]) -> str:
    """Return where a key stands, as a person would look for it in the file; nothing for the file as a whole."""
    steps = [f"no. {step + 1}" if isinstance(step, int) else step for step in loc if step != "[key]"]
    table = 2 if steps[:1] == ["newsletters"] else 1
    return " ".join([f"[{'.'.join(steps[:table])}]", *steps[table:]]) + ": " if steps else ""


def _known_keys(model: type[BaseModel], way: Sequence[int | str]) -> list[str]:
    """Return the keys of the part of *model* that *way* leads to."""
    here: Any = model
    steps = iter(way)
    for step in steps:
        annotation = {field.alias or name: field for name, field in here.model_fields.items()}[str(step)].annotation
        here = _model_in(annotation)
        if get_origin(annotation) in (tuple, dict):
            next(steps)  # a slug or a position, which may well be called like a key
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """Return the configuration part that *annotation* holds, through tuples, dicts and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, dict, Union, UnionType):
        return next((found for found in map(_model_in, get_args(annotation)) if found), None)
    return None
