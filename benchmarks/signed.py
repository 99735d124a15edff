"""Signed messages: their rate beside smtp-source, and the CPU of one beside a bare RSA-2048 signature."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.bare_signature import seconds_of_signature
from benchmarks.figures import Figure, at_least, at_most, plain
from benchmarks.newsdesk import Newsroom
from benchmarks.sending import Run, sent_by
from benchmarks.sink import running_sink, source_rate
from benchmarks.terms import SMALL, Terms
from benchmarks.wire_speed import CONNECTIONS, closing_figure, cpu_of_a_message, size_of_message

PROCESSES = 2


def measure_signed(newsroom: Newsroom, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    """Measure smtp-source, a bare signature and signed sending in turn, *terms.rounds* times; compare the medians."""
    key = generate_private_key(65537, 2048)
    runs: list[Run] = []
    sources, bare, alone, small = [], [], [], []
    key_file = _written(key, newsroom.folder / "rsa.pem")
    with running_sink() as port:
        size = size_of_message(newsroom, port, key_file)
        for turn in range(1, terms.rounds + 1):
            sources.append(source_rate(port, terms.messages, size, CONNECTIONS))
            tell(f"signed, round {turn}: smtp-source {sources[-1]:,.0f} messages/s")
            alone.append(seconds_of_signature(key_file, 1))
            bare.append(seconds_of_signature(key_file, PROCESSES))
            runs.append(_send(newsroom, port, terms.messages, key_file))
            tell(f"signed, round {turn}: digest send {runs[-1].rate:,.0f} messages/s")
            bare.append(seconds_of_signature(key_file, PROCESSES))
            small.append(_send(newsroom, port, SMALL, key_file))
    rate, signature = median(run.rate for run in runs), median(bare)
    cpu = cpu_of_a_message(runs, small, terms.messages - SMALL)
    return [
        plain(f"digest send, RSA-2048, {size:,} bytes, {PROCESSES} processes", rate, "messages/s"),
        at_least("÷ smtp-source on the same smtp-sink", rate / median(sources), 0.5),
        plain("sender's CPU for a signed message", cpu * 1e6, "µs"),
        at_most(f"÷ that of one bare RSA-2048 signature, {PROCESSES} processes at once", cpu / signature, 1.5),
        plain(f"one bare RSA-2048 signature, {PROCESSES} processes at once", signature * 1e6, "µs"),
        plain("one bare RSA-2048 signature, one process", median(alone) * 1e6, "µs"),
        plain("sender's CPU ÷ that of one bare RSA-2048 signature, one process", cpu / median(alone), ""),
        closing_figure([*runs, *small]),
    ]


def _send(newsroom: Newsroom, port: int, readers: int, key_file: Path) -> Run:
    with newsroom.desk(readers) as desk:
        desk.configure(port, CONNECTIONS, PROCESSES, key_file)
        return sent_by(desk)


def _written(key: RSAPrivateKey, file: Path) -> Path:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
