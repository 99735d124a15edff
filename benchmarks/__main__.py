"""Print how fast and how well this makes and sends an edition, beside references measured in the same run."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.clustering import measure_clustering
from benchmarks.fetching import measure_fetching
from benchmarks.figures import Figure, left_out, table
from benchmarks.importing import measure_importing
from benchmarks.million import measure_million
from benchmarks.newsdesk import Newsroom
from benchmarks.pages import measure_pages
from benchmarks.rendering import measure_rendering
from benchmarks.round_trip import measure_round_trip
from benchmarks.signed import measure_signed
from benchmarks.sink import missing
from benchmarks.subscribing import measure_subscribing
from benchmarks.terms import SMALL, Terms
from benchmarks.wire_speed import measure_unsigned

PARTS = {
    "rendering": "an edition and a message, made",
    "fetching": "the feeds of 300 outlets, fetched",
    "pages": "article pages, read",
    "clustering": "articles that tell the same event, found",
    "importing": "a file of a million readers, imported",
    "subscribing": "readers who sign up, taken down",
    "unsigned": "unsigned mail beside smtp-source and aiosmtplib",
    "signed": "RSA-signed mail beside smtp-source and a bare signature",
    "roundtrip": "a relay 20 ms away",
    "million": "a million readers on SQLite and PostgreSQL",
}
Tell = Callable[[str], None]


def main() -> None:
    """Measure the parts asked for and print them."""
    asked = _arguments()
    # Asked to end, it ends what it started and clears up, as at Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    terms = Terms(asked.messages, asked.rounds, asked.whole_million)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        newsroom, tell = Newsroom(Path(name)), _teller()
        measured = {part: _measured(part, newsroom, terms, tell) for part in asked.parts or PARTS}
    for part, figures in measured.items():
        print(f"\n{PARTS[part]}\n{table(figures)}")


def _measured(part: str, newsroom: Newsroom, terms: Terms, tell: Tell) -> list[Figure]:
    sends_nothing = {
        "rendering": lambda: measure_rendering(tell),
        "fetching": lambda: measure_fetching(newsroom.folder, tell),
        "pages": lambda: measure_pages(tell),
        "clustering": lambda: measure_clustering(tell),
        "importing": lambda: measure_importing(newsroom.folder, tell),
        "subscribing": lambda: measure_subscribing(newsroom.folder, tell),
    }
    if part in sends_nothing:
        return sends_nothing[part]()
    if why := missing():
        return [left_out(PARTS[part], why)]
    match part:
        case "unsigned":
            return measure_unsigned(newsroom, terms, tell)
        case "signed":
            return measure_signed(newsroom, terms, tell)
        case "roundtrip":
            return measure_round_trip(newsroom, terms, tell)
        case _:
            return measure_million(newsroom.folder, terms, tell)


def _teller() -> Tell:
    began = time.monotonic()
    return lambda words: print(f"[{time.monotonic() - began:5.1f} s] {words}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    shown = "\n".join(f"  {part:<12}{what}" for part, what in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__}\n\nparts:\n{shown}",
        epilog="A quiet machine, please: everything runs on its cores at once, the sink and the references too.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure; without one, everything")
    parser.add_argument("--messages", type=int, default=20_000, help="how many a run sends (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (%(default)s)")
    parser.add_argument(
        "--million", dest="whole_million", action="store_true", help="send the million to its end: minutes on SQLite"
    )
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part {' or '.join(unknown)}; there is {', '.join(PARTS)}")
    if asked.messages <= SMALL:
        parser.error(f"--messages: more than {SMALL:,}, which is what the start of the processes is measured with")
    return asked


if __name__ == "__main__":
    main()
