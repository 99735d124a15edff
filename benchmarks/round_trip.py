"""A distant relay: every byte takes ten milliseconds each way, and a message one round trip."""

from collections.abc import Callable
from statistics import median

from benchmarks.figures import Figure, at_least, plain
from benchmarks.newsdesk import Newsroom
from benchmarks.sending import Run, sent_by
from benchmarks.sink import round_trip, running_proxy, running_sink, source_rate
from benchmarks.terms import Terms
from benchmarks.wire_speed import closing_figure, size_of_message

CONNECTIONS = 50
PROCESSES = 1
ONE_WAY = 0.010
BOUND = CONNECTIONS / (2 * ONE_WAY)
FEWER = 4  # smtp-source takes several round trips a message


def measure_round_trip(newsroom: Newsroom, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    """Measure sending through a delaying proxy, beside what one round trip a message allows."""
    runs: list[Run] = []
    with running_sink() as sink, running_proxy(sink, ONE_WAY) as port:
        trip = round_trip(port)
        for turn in range(1, terms.rounds + 1):
            runs.append(_send(newsroom, port, terms.messages))
            tell(f"20 ms away, round {turn}: digest send {runs[-1].rate:,.0f} messages/s")
        source = source_rate(port, terms.messages // FEWER, size_of_message(newsroom, port), CONNECTIONS)
    rate = median(run.rate for run in runs)
    return [
        at_least(f"digest send, 20 ms away, {CONNECTIONS} connections", rate, 2000, "messages/s"),
        plain("one round trip a message would be", BOUND, "messages/s"),
        plain("an idle round trip, measured", trip * 1e3, "ms"),
        plain("smtp-source there", source, "messages/s"),
        closing_figure(runs),
    ]


def _send(newsroom: Newsroom, port: int, readers: int) -> Run:
    with newsroom.desk(readers) as desk:
        desk.configure(port, CONNECTIONS, PROCESSES)
        return sent_by(desk)
