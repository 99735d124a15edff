"""A stage of an image, stood in for by a folder: a clean Debian root, entered with chroot.

The root is made once by debootstrap and kept in the user's cache folder (XDG_CACHE_HOME).
"""

import ast
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

BASE_IMAGE = "python:3.11-slim-bookworm"
BASE_PACKAGES = "ca-certificates,python-is-python3,python3-venv"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headline-digest"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class UnprovenError(Exception):
    """A step failed, or has a form that is not carried out here."""


@dataclass
class Stage:
    """A stage so far: its root folder, and what its instructions have set."""

    root: Path
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    )
    directory: str = "/"
    user: str = "0:0"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()

    def inside(self, path: str) -> Path:
        """Return where *path*, absolute or under the working directory, stands on this machine."""
        return self.root / (Path(self.directory) / path).relative_to("/")

    def run(self, *command: str, extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run *command* as the stage's user, with the stage's environment and *extra*; keep all it says as stdout."""
        settings = {"HOME": self._home()} | (extra or {}) | self.environment
        confined = ["chroot", f"--userspec={self.user}", str(self.root), "/usr/bin/env", "--ignore-environment"]
        confined += [f"--chdir={self.directory}", *(f"{name}={value}" for name, value in settings.items())]
        return subprocess.run(
            [*confined, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def lend(self, path: Path) -> None:
        """Show this machine's *path*, read-only, at the same place inside; `take_back` ends it."""
        place = self.inside(str(path))
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        subprocess.run(["mount", "--bind", "--options", "ro", path, place], check=True)

    def take_back(self, path: Path) -> None:
        """Hide what `lend` showed."""
        subprocess.run(["umount", self.inside(str(path))], check=True)

    def _home(self) -> str:
        uid = self.user.partition(":")[0]
        accounts = [line.split(":") for line in self.inside("/etc/passwd").read_text().splitlines()]
        return next((account[5] for account in accounts if account[2] == uid), "/")


def new_stage(root: Path) -> Stage:
    """Make a stage at *root* out of the clean Debian root, with this machine's way to name hosts."""
    subprocess.run(["cp", "--archive", "--reflink=auto", clean_root(), root], check=True)
    for file in ("resolv.conf", "hosts"):
        shutil.copy2(f"/etc/{file}", root / "etc" / file)
    return Stage(root)


def clean_root() -> Path:
    """Return the clean Debian root, made by debootstrap the first time.

    Raises:
        UnprovenError: debootstrap failed.
    """
    base = CACHE / f"bookworm-{BASE_PACKAGES.replace(',', '-')}"
    if base.exists():
        return base
    partial, log = base.with_suffix(".partial"), base.with_suffix(".log")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    print(f"Making a clean Debian root in {base} (once; about a minute) ...", flush=True)
    command = ["debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", str(partial)]
    with log.open("w") as said:
        if subprocess.run(command, stdout=said, stderr=subprocess.STDOUT, check=False).returncode != 0:
            raise UnprovenError(f"debootstrap could not make a Debian root; {log} says why")
    return partial.rename(base)


def package_access() -> tuple[dict[str, str], list[Path]]:
    """Return the variables that lead pip to this machine's packages, and the files and folders they name."""
    lines = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    variables = {name: os.environ[name] for name in PROXY_VARIABLES if name in os.environ}
    # What the environment says outranks the configuration files, so it is read last.
    for line in sorted(lines, key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        variables["PIP_" + name.rpartition(".")[2].upper().replace("-", "_")] = ast.literal_eval(value)
    words = [Path(word.removeprefix("file://")) for value in variables.values() for word in value.split()]
    named = {word for word in words if word.is_absolute() and word.exists()}
    # The pages of an index on disk lie in a folder `simple`, and link to files beside that folder.
    return variables, sorted({path.parent if path.name == "simple" else path for path in named})
