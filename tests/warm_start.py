"""Real `digest` processes without their second of start-up: forked from one that has read the whole program already."""

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Self

# Orders are lines of JSON: start something, or ask after a process. Answers are a process's number, or its exit code.
_NURSERY = """
import json, os, sys, time, traceback
from digest.cli import main
import digest.cli.articles, digest.cli.database, digest.cli.edition, digest.cli.embed, digest.cli.preview
import digest.cli.send, digest.cli.serve, digest.cli.subscribers, digest.delivery.dispatch, digest.upgrading, psycopg

def be_digest(order):
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    for stream, name in ((0, order["stdin"]), (1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_RDONLY if stream == 0 else os.O_WRONLY), stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.argv = ["digest", *order["arguments"]]
    try:
        main()
    except SystemExit as left:
        return left.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

for line in sys.stdin:
    order = json.loads(line)
    if "ask" in order:
        process, status = os.waitpid(order["ask"], os.WNOHANG)
        answer = os.waitstatus_to_exitcode(status) if process else None
    else:
        answer = os.fork()
        if not answer:
            sys.exit(be_digest(order))  # as any process ends, with its databases closed
    print(json.dumps(answer), flush=True)
"""


class Nursery:
    """A process that has read the whole program, and forks one `digest` after another."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_failure: object) -> None:
        self._process.communicate()

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
        stdin: Path | str = os.devnull,
    ) -> "Warm":
        """Start `digest` with *arguments* as the leader of a new process group; *out* and *err* are files."""
        files = {"folder": str(folder), "out": str(out), "err": str(err), "stdin": str(stdin)}
        number = self._order({"arguments": list(arguments), "environment": dict(environment), **files})
        assert number
        return Warm(number, self)

    def ask(self, process: int) -> int | None:
        """Return with which code *process* has ended, as `subprocess` has it; None while it lives. To be asked once."""
        return self._order({"ask": process})

    def _order(self, order: dict[str, object]) -> int | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer


@cache
def nursery() -> Nursery:
    """Return the one nursery of this test process, which ends with it."""
    kept = Nursery().__enter__()
    atexit.register(kept.__exit__)
    return kept


class Warm:
    """A forked `digest`, to be handled as a `subprocess.Popen` is."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """Return with which code it has ended, or None."""
        if self.returncode is None:
            self.returncode = self._nursery.ask(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code."""
        give_up_at = time.monotonic() + (timeout or 60)
        while (code := self.poll()) is None:
            assert time.monotonic() < give_up_at, f"process {self.pid} has not ended"
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)
