"""Progress on long work, drawn on standard error and only for a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from digest.delivery.ledger import Closing


@contextmanager
def counting(console: Console, what: str) -> Iterator[Callable[[int], None]]:
    """Give a function that hears how many are done, of a number nobody knows yet."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def fetching(console: Console, sources: int) -> Iterator[Callable[[str], None]]:
    """Give a function that hears which of so many *sources* is done."""
    columns = (
        TextColumn("Fetching"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=sources)
        yield lambda name: progress.update(task, advance=1, description=name)


@contextmanager
def reading_through(console: Console, what: str, octets: int) -> Iterator[Callable[[int, int], None]]:
    """Give a function that hears how far into a file of so many *octets* we are, and how many rows that was."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=octets, rows=0)
        yield lambda position, rows: progress.update(task, completed=position, rows=rows)


@contextmanager
def delivering(console: Console, what: str) -> Iterator[Callable[[Closing], None] | None]:
    """Give a function that hears the closing equation and draws how much of it is settled.

    None where there is no terminal: the ledger is not to be counted again and again for nobody.
    """
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rest]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=None, rest="")

        def show(closing: Closing) -> None:
            settled = closing.eligible - closing.deferred
            rest = f"{closing.failed:,} failed, {closing.unknown:,} unknown, {closing.skipped:,} skipped"
            progress.update(task, total=closing.eligible, completed=settled, rest=rest)

        yield show
