"""The floors of the house: who may import whom, and who alone speaks to an outside library or the clock."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
OURS = {"digest", "subscribers"}

# Whoever else wants one of these asks the file that has it, so that a library can be replaced in one place.
# A name that ends in a slash is a whole room.
ONE_IMPORTER = {
    "aiolimiter": "digest/delivery/relay.py",
    "aiosmtpd": "digest/demo/catcher.py",
    "aiosmtplib": "digest/delivery/relay.py",
    "alembic": "digest/upgrading.py",
    "altcha": "subscribers/proof.py",
    "apscheduler": "digest/schedule.py",
    "brotli": "digest/articles/retrieval/unpacking.py",
    "cryptography": "digest/delivery/dkim_keys.py",
    "cssutils": "digest/rendering/inlining.py",
    "disposable_email_domains": "subscribers/disposable.py",
    "dns": "digest/doctor/dns_answers.py",
    "email_validator": "subscribers/address.py",
    "fastfeedparser": "digest/articles/feeds/fast_feed.py",
    "feedparser": "digest/articles/feeds/lenient_feed.py",
    "httpx2": "digest/articles/retrieval/web.py",
    "idna": "digest/articles/canonical_url.py",
    "markdown_it": "digest/articles/markdown.py",
    "nh3": "digest/articles/sanitising.py",
    "premailer": "digest/rendering/inlining.py",
    "prometheus_client": "digest/monitor/metrics.py",
    "rich": "digest/cli/",
    "structlog": "digest/logs.py",
    "trafilatura": "digest/articles/page_text.py",
    "typer": "digest/cli/",
    "uvicorn": "digest/web/serving.py",
    "yaml": "digest/articles/markdown.py",
}

MODULE_OF = {"dnspython": "dns", "markdown-it-py": "markdown_it", "pyyaml": "yaml"}

# The edge: everything behind it is handed the time.
READS_THE_CLOCK = ("digest/cli/",)
CLOCK = {"now", "utcnow", "today"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of both packages but the migrations, which Alembic runs and nobody imports."""
    files = sorted(file for package in OURS for file in (PROJECT / package).rglob("*.py"))
    names = {file.relative_to(PROJECT).as_posix(): file for file in files}
    return {name: ast.parse(file.read_text()) for name, file in names.items() if "/migrations/" not in name}


def imported_libraries(module: ast.Module) -> set[str]:
    """The outside libraries that *module* imports, wherever in it."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    return found - OURS - sys.stdlib_module_names


def clock_reads(module: ast.Module) -> list[int]:
    """The lines of *module* that ask for the present date or time."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCK]


def test_imports_run_downhill():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout), done.stdout


@pytest.mark.parametrize("library", ONE_IMPORTER)
def test_an_outside_library_has_one_importer(library):
    importers = {name for name, module in modules().items() if library in imported_libraries(module)}
    owner = ONE_IMPORTER[library]
    assert {
        name for name in importers if not (name == owner or (owner.endswith("/") and name.startswith(owner)))
    } == set()


def test_what_is_imported_is_declared():
    with (PROJECT / "pyproject.toml").open("rb") as file:
        requirements = tomllib.load(file)["project"]["dependencies"]
    declared = {re.split(r"[^\w-]", requirement)[0].lower() for requirement in requirements}
    known = {MODULE_OF.get(name, name.replace("-", "_")) for name in declared}
    unknown = {
        name: sorted(libraries - known)
        for name, module in modules().items()
        if (libraries := imported_libraries(module)) - known
    }
    assert unknown == {}


def test_only_the_edge_reads_the_clock():
    readers = {name: lines for name, module in modules().items() if (lines := clock_reads(module))}
    assert {name: lines for name, lines in readers.items() if not name.startswith(READS_THE_CLOCK)} == {}


def test_the_finders_find():
    module = ast.parse(
        "import os, nh3.x\nfrom digest import web\ndef f():\n    from yaml import load\n    datetime.now(UTC)\n"
    )
    assert imported_libraries(module) == {"nh3", "yaml"}
    assert clock_reads(module) == [5]
