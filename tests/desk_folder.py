"""Running `digest` as a real process in a folder, and the story its desk begins with."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SEED = """Fishing boats returned to Westhaven on Friday after a storm kept them in port for a week. The harbour master
said the breakwater had held. Three families met their crews on the quay at first light and counted the nets.
"""
IMPORT_SEED = (
    *("articles", "import", "storm.txt", "--source", "The Quay Times", "--own"),
    *("--published", "2020-03-13T14:00Z", "--url", "https://quay.example/storm", "--headline", "The boats are back"),
)


@dataclass(frozen=True)
class Run:
    """What a command printed and how it left."""

    code: int
    out: str
    err: str


Digest = Callable[..., Run]


def digest_in(folder: Path) -> Digest:
    """Return a function that runs `digest` with its arguments in *folder*."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}

    def run(*arguments: str, stdin: str = "", **environment: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-c", "from digest.cli import main; main()", *arguments],
            cwd=folder,
            env={**inherited, "COLUMNS": "200", **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    return run
