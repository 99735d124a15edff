"""Unsigned messages: their rate beside smtp-source and a stock aiosmtplib loop, and what CPU one of them costs."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, at_least, at_most, exact, plain
from benchmarks.newsdesk import Newsroom
from benchmarks.sending import Run, sent_by
from benchmarks.sink import running_sink, source_rate
from benchmarks.terms import SMALL, Terms

CONNECTIONS = 10
PROCESSES = 1  # the sink has the other core


def measure_unsigned(newsroom: Newsroom, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    """Measure the three senders in turn against one sink, *terms.rounds* times, and compare the medians."""
    runs: list[Run] = []
    sources, stocks, small = [], [], []
    with running_sink() as port:
        size = size_of_message(newsroom, port)
        for turn in range(1, terms.rounds + 1):
            sources.append(source_rate(port, terms.messages, size, CONNECTIONS))
            tell(f"unsigned, round {turn}: smtp-source {sources[-1]:,.0f} messages/s")
            runs.append(_send(newsroom, port, terms.messages))
            tell(f"unsigned, round {turn}: digest send {runs[-1].rate:,.0f} messages/s")
            small.append(_send(newsroom, port, SMALL))
            stocks.append(_stock(port, terms.messages, size))
            tell(f"unsigned, round {turn}: stock aiosmtplib {stocks[-1]['rate']:,.0f} messages/s")
    rate, source = median(run.rate for run in runs), median(sources)
    stock, stock_cpu = median(each["rate"] for each in stocks), median(each["cpu"] for each in stocks)
    cpu = cpu_of_a_message(runs, small, terms.messages - SMALL)
    return [
        plain(f"digest send, {size:,} bytes, {CONNECTIONS} connections, {PROCESSES} process", rate, "messages/s"),
        at_least("÷ smtp-source on the same smtp-sink", rate / source, 1.0),
        at_least("÷ a stock aiosmtplib loop", rate / stock, 3.0),
        plain("sender's CPU for a message", cpu * 1e6, "µs"),
        at_most("÷ that of the stock aiosmtplib loop", cpu / stock_cpu, 0.25),
        plain("smtp-source", source, "messages/s"),
        plain("stock aiosmtplib loop", stock, "messages/s"),
        plain("stock aiosmtplib loop's CPU for a message", stock_cpu * 1e6, "µs"),
        closing_figure([*runs, *small]),
    ]


def cpu_of_a_message(runs: list[Run], small: list[Run], more: int) -> float:
    """Return the CPU seconds that a message costs: what *runs* took over *small*, for *more* messages each.

    So the start of the processes, the same in both, is not in it; everything that is done for a message is.
    """
    return (median(run.cpu for run in runs) - median(run.cpu for run in small)) / more


def closing_figure(runs: list[Run]) -> Figure:
    """Return whether in every one of *runs* the closing equation adds up and everything was sent."""
    whole = sum(run.is_closed and run.closing["sent"] == run.closing["eligible"] for run in runs)
    return exact("closing equations exact, everything sent", whole == len(runs), f"{whole} of {len(runs)}")


def size_of_message(newsroom: Newsroom, port: int, key_file: Path | None = None) -> int:
    """Return how many bytes a message has on the wire."""
    with newsroom.desk(SMALL) as desk:
        desk.configure(port, CONNECTIONS, PROCESSES, key_file)
        return desk.message_size()


def _send(newsroom: Newsroom, port: int, readers: int) -> Run:
    with newsroom.desk(readers) as desk:
        desk.configure(port, CONNECTIONS, PROCESSES)
        return sent_by(desk)


def _stock(port: int, messages: int, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.stock_loop", *map(str, (port, messages, size, CONNECTIONS))]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    figures: dict[str, float] = json.loads(said)
    return figures
