"""The documentation names every setting and every command, and its links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from digest.cli.app import app
from digest.settings import (
    AlertSettings,
    DatabaseSettings,
    DkimSettings,
    FetchingSettings,
    LoggingSettings,
    NewsletterSettings,
    RankingSettings,
    RelaySettings,
    SectionRule,
    SignupSettings,
    SiteSettings,
    SmtpSettings,
    SourceSettings,
    SponsorRule,
    ThemeSettings,
    WebSettings,
)

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PARTS = (
    SiteSettings,
    DatabaseSettings,
    SmtpSettings,
    RelaySettings,
    DkimSettings,
    NewsletterSettings,
    SectionRule,
    RankingSettings,
    SourceSettings,
    SignupSettings,
    WebSettings,
    FetchingSettings,
    SponsorRule,
    ThemeSettings,
    LoggingSettings,
    AlertSettings,
)


def commands(group: Any, way: str = "digest") -> Iterator[str]:
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, f"{way} {name}")
        else:
            yield f"{way} {name}"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_setting_is_explained(part: type[BaseModel]) -> None:
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    keys = {field.alias or name for name, field in part.model_fields.items()}
    assert keys - documented - {"sections", "ranking"} == set()


def test_every_command_is_listed() -> None:
    listed = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = list(commands(get_command(app)))
    assert len(known) > 10
    assert [command for command in known if f"`{command}" not in listed] == []


def test_no_command_is_listed_that_is_not_there() -> None:
    listed = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = {" ".join(row.split()) for row in re.findall(r"^\| `(digest [a-z ]+[a-z])", listed, re.MULTILINE)}
    assert named - set(commands(get_command(app))) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_shows_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
