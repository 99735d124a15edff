"""Running `digest` as a real process in a folder, and the story its desk begins with."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warm_start import nursery

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
    """Return a function that runs `digest` with its arguments in *folder*.

    Each is a process of its own, forked from one that has read the program; but for one whose *environment* says how
    Python itself is to begin.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}

    def run(*arguments: str, stdin: str = "", **environment: str) -> Run:
        told = {**inherited, "COLUMNS": "200", **environment}
        is_python_s = any(name.startswith(("PYTHON", "LC_", "LANG")) for name in environment)
        done = (_cold if is_python_s else _warm)(arguments, folder, told, stdin)
        assert "Traceback" not in done.err, done.err
        return done

    return run


def _cold(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-c", "from digest.cli import main; main()", *arguments],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def _warm(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: str) -> Run:
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / stream for stream in ("in", "out", "err")]
        for file, words in zip(files, (stdin, "", ""), strict=True):
            file.write_text(words, encoding="utf-8")
        said, out, err = files
        code = nursery().start(arguments, folder, environment, out, err, stdin=said).wait(90)
        return Run(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
