"""Commands whose code is loaded when they are called.

A command should not wait for what another one needs: the demo brings a web server, an import of web pages an
extractor, and together they cost a second before the first line of work.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = {
    "init": "database:init",
    "demo": "demo:show_demo",
    "articles": "articles:app",
    "sources": "sources:sources",
    "edition": "edition:app",
    "preview": "preview:preview",
    "send": "send:send",
    "reconcile": "send:reconcile",
    "simulate": "simulate:simulate_days",
    "subscribers": "subscribers:app",
    "serve": "serve:serve_web",
    "alerts": "alerts:alerts",
    "embed": "embed:embed",
    "doctor": "doctor:doctor",
    "db": "database:app",
}


class OnDemand(TyperGroup):
    """The commands of `COMMANDS`, in that order: each a function or a group in a module beside this one."""

    def list_commands(self, _context: Any) -> list[str]:
        """Name every command."""
        return list(COMMANDS)

    def get_command(self, _context: Any, name: str) -> Any:
        """Load and return the command called *name*, or None when there is none."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"digest.cli.{module}"), attribute)
        group = found if isinstance(found, typer.Typer) else _alone(found, name)
        command = get_command(group)
        command.name = name
        return command


def _alone(function: Any, name: str) -> typer.Typer:
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name)(function)
    return single
