"""Prove the Dockerfile's steps where no container engine runs.

Every instruction is carried out in a clean Debian root made by debootstrap, each stage in a copy of its own;
then the last stage is used as its user would: version, healthcheck, `init` on an empty volume, pages, healthcheck.

What differs from a real build:

- The base is Debian bookworm's own Python 3.11 with `python` linked to it, not `python:3.11-slim-bookworm`.
- Files and mounts are the stage's own, but network, processes and limits are this machine's.
- LABEL and VOLUME are read and have no effect; HEALTHCHECK is run by hand, its intervals are not kept.
- RUN is handed this machine's way to its package index (pip's configuration with the files it names, the
  proxy's variables), read when the script runs and written nowhere.

Needs root, debootstrap and unshare. Without them it says so and leaves with 0; with CI=true, with 1.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from debian_stage import BASE_IMAGE, Stage, UnprovenError, new_stage, package_access

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Step:
    """One instruction, its continued lines joined; `line` is where it starts."""

    line: int
    name: str
    rest: str


def read_steps(text: str) -> list[Step]:
    """Return the instructions of a Dockerfile, in order."""
    steps: list[Step] = []
    joined, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not (joined or line.strip()):
            continue
        start = start if joined else number
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            name, _, rest = joined.partition(" ")
            steps.append(Step(start, name, rest.strip()))
            joined = ""
    return steps


def read_ignore_rules(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the top-level names that .dockerignore lets through, and the patterns it drops below them.

    Raises:
        UnprovenError: it has another form than `*`, then `!name` and `**/pattern`.
    """
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    kept = frozenset(rule[1:] for rule in rules if rule.startswith("!"))
    dropped = tuple(rule.removeprefix("**/") for rule in rules if rule.startswith("**/"))
    if rules[:1] != ["*"] or len(rules) != 1 + len(kept) + len(dropped):
        raise UnprovenError(".dockerignore: the first rule must be `*`, and only `!name` and `**/pattern` may follow")
    return kept, dropped


def lay_context(project: Path, context: Path) -> None:
    """Copy into *context* what a container engine would be sent of *project*."""
    kept, dropped = read_ignore_rules((project / ".dockerignore").read_text())

    def refuse(_folder: str, names: list[str]) -> list[str]:
        return [name for name in names if any(fnmatch(name, pattern) for pattern in dropped)]

    context.mkdir()
    for name in sorted(kept):
        if (project / name).is_dir():
            shutil.copytree(project / name, context / name, ignore=refuse)
        else:
            shutil.copy2(project / name, context / name)


def copy(sources: list[Path], target: Path, *, into_folder: bool) -> None:
    """Copy as COPY does: a folder's contents, a file under its own name or as *target*."""
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            (target if into_folder else target.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


class Build:
    """The stages of one build, made under *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.context = folder / "context"
        self.stages: dict[str, Stage] = {}
        self.variables, self.lent = package_access()
        lay_context(PROJECT, self.context)

    @property
    def stage(self) -> Stage:
        """The stage being built."""
        return list(self.stages.values())[-1]

    def carry_out(self, step: Step) -> None:
        """Do what *step* says.

        Raises:
            UnprovenError: it failed, or its form is not known here.
        """
        begun = time.monotonic()
        try:
            self._do(step)
        except (UnprovenError, OSError, ValueError) as error:
            raise UnprovenError(f"Dockerfile, line {step.line}: {step.name} {step.rest}: {error}") from error
        print(f"{time.monotonic() - begun:6.1f} s  {step.name} {step.rest[:100]}", flush=True)

    def _do(self, step: Step) -> None:
        match step.name:
            case "FROM":
                self._from(step.rest)
            case "ENV" if "$" not in step.rest:
                self.stage.environment |= dict(pair.split("=", 1) for pair in shlex.split(step.rest))
            case "WORKDIR":
                self.stage.directory = step.rest
                self.stage.inside(step.rest).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(step.rest)
            case "RUN":
                self._run(step.rest)
            case "USER":
                self.stage.user = step.rest
            case "HEALTHCHECK":
                self.stage.healthcheck = tuple(json.loads(step.rest.partition("CMD ")[2]))
            case "ENTRYPOINT":
                self.stage.entrypoint = tuple(json.loads(step.rest))
            case "CMD":
                self.stage.command = tuple(json.loads(step.rest))
            case "LABEL":
                dict(pair.split("=", 1) for pair in shlex.split(step.rest))
            case "EXPOSE" | "VOLUME" if step.rest in ("8000", json.dumps([self.stage.directory])):
                pass
            case _:
                raise UnprovenError("this form is not carried out by this script")

    def _from(self, rest: str) -> None:
        image, _, name = rest.partition(" AS ")
        if image != BASE_IMAGE:
            raise UnprovenError(f"the stand-in is for {BASE_IMAGE} only")
        self.stages[name or "final"] = new_stage(self.folder / f"stage-{len(self.stages)}")

    def _copy(self, rest: str) -> None:
        *sources, target = shlex.split(rest)
        origin = self.context
        if sources[0].startswith("--from="):
            origin = self.stages[sources.pop(0).removeprefix("--from=")].root
        if any(source.startswith("--") for source in sources):
            raise UnprovenError("of COPY's options only --from is known here")
        found = [origin / source.lstrip("/") for source in sources]
        copy(found, self.stage.inside(target), into_folder=target.endswith("/"))

    def _run(self, rest: str) -> None:
        for path in self.lent:
            self.stage.lend(path)
        done = self.stage.run("/bin/sh", "-c", rest, extra=self.variables)
        for path in self.lent:
            self.stage.take_back(path)
        if done.returncode != 0:
            raise UnprovenError(f"exit code {done.returncode}, and these last words:\n{done.stdout[-2000:]}")


# Run in the image: its command must answer /readyz within half a minute, pass the healthcheck, and end well when it
# is asked to.
SERVES = """
import json, subprocess, sys, time, urllib.error, urllib.request
with subprocess.Popen(sys.argv[2:]) as serving:
    for _ in range(150):
        try:
            print(urllib.request.urlopen("http://127.0.0.1:8000/readyz").read().decode())
            break
        except urllib.error.URLError:
            time.sleep(0.2)
    else:
        serving.kill()
        sys.exit("it never answered")
    healthy = subprocess.run(json.loads(sys.argv[1])).returncode == 0
    serving.terminate()
print("healthy" if healthy else "not healthy")
sys.exit(serving.returncode if healthy else 1)
"""


def use(image: Stage) -> None:
    """Use the finished *image* as its user would.

    Raises:
        UnprovenError: it runs as root, or a command did not end as it must.
    """
    if image.user.split(":")[0] in ("0", "root"):
        raise UnprovenError("the image runs as root")
    served = (*image.entrypoint, *image.command)
    expectations = [
        (True, (*image.entrypoint, "--version")),
        (False, served),
        (False, image.healthcheck),
        (True, (*image.entrypoint, "init")),
        (True, ("/opt/digest/bin/python", "-c", SERVES, json.dumps(image.healthcheck), *served)),
        (False, ("/usr/bin/test", "-w", "/opt/digest")),
    ]
    for succeeds, command in expectations:
        done = image.run(*command)
        said = f"{' '.join(command)} -> exit code {done.returncode}\n{done.stdout}".strip()
        print(f"in the image: {said}".replace("\n", "\n    "), flush=True)
        if (done.returncode == 0) is not succeeds or "Traceback" in done.stdout:
            raise UnprovenError(
                f"in the image, `{' '.join(command)}` must {'succeed' if succeeds else 'fail in order'}"
            )


def prove(folder: Path) -> int:
    """Build in *folder* and use what was built; return the exit code."""
    try:
        build = Build(folder)
        for step in read_steps((PROJECT / "Dockerfile").read_text()):
            build.carry_out(step)
        use(build.stage)
    except (UnprovenError, subprocess.CalledProcessError) as error:
        print(f"The Dockerfile is not proved: {error}", file=sys.stderr)
        return 1
    print("The Dockerfile is proved: every step done, the image initialises its volume and is healthy.")
    return 0


def main() -> int:
    """Prove the Dockerfile, or say why that is not possible here; return the exit code."""
    missing = [tool for tool in ("debootstrap", "unshare", "chroot") if shutil.which(tool) is None]
    if os.geteuid() != 0 or missing:
        needed = f"install {', '.join(missing)}" if missing else "run it as root"
        print(f"The Dockerfile's proof is skipped: {needed}.", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    # In a mount namespace of its own: whatever happens, no mount outlives the child, and the folder
    # is removed out here, where nothing is mounted on it.
    with tempfile.TemporaryDirectory(prefix="dockerfile-") as folder:
        inside = ["unshare", "--mount", sys.executable, __file__, folder]
        return subprocess.run(inside, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(prove(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
