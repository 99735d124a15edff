"""The reference: a stock aiosmtplib loop on uvloop. python -m benchmarks.stock_loop PORT MESSAGES SIZE CONNECTIONS.

It has the ready bytes of every message in its hand, keeps no ledger and no journal, and prints as JSON how many
messages a second it sent and what CPU one of them cost it (user + system, in seconds).
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator

import aiosmtplib
import uvloop


async def send_all(port: int, messages: int, content: bytes, connections: int) -> dict[str, float]:
    """Send *messages* copies of *content*, each to a reader of its own; return rate and CPU of a message."""
    numbers = iter(range(messages))
    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(connections)
    ]
    await asyncio.gather(*(client.connect() for client in clients))
    began, used = time.perf_counter(), _cpu()
    await asyncio.gather(*(_send(client, numbers, content) for client in clients))
    figures = {"rate": messages / (time.perf_counter() - began), "cpu": (_cpu() - used) / messages}
    await asyncio.gather(*(client.quit() for client in clients))
    return figures


async def _send(client: aiosmtplib.SMTP, numbers: Iterator[int], content: bytes) -> None:
    for number in numbers:
        await client.sendmail("headlines@quay.example", [f"reader{number}@example.org"], content)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the arguments, send, and print the figures."""
    port, messages, size, connections = (int(argument) for argument in sys.argv[1:])
    line = b"x" * 74 + b"\r\n"
    content = b"Subject: the same for everybody\r\n\r\n" + line * (size // len(line))
    print(json.dumps(uvloop.run(send_all(port, messages, content, connections))))


if __name__ == "__main__":
    main()
