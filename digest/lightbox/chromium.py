"""A headless Chromium, spoken to over two pipes (Chrome DevTools Protocol): no library and no port."""

import base64
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digest.errors import BadInputError, DigestError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    *("--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"),
)
TO_IT, FROM_IT = 3, 4  # where Chromium reads and writes; it knows no others
PATIENCE_SECONDS = 30
LOADING_SECONDS = 15
CHUNK = 1 << 16


class Chromium:
    """One page of a running Chromium."""

    def __init__(self, to_it: int, from_it: int) -> None:
        self._to_it, self._from_it = to_it, from_it
        self._numbers = itertools.count(1)
        self._unread = b""
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session: str | None = attached["sessionId"]
        self._ask("Page.enable")
        self._ask("Network.enable")
        self._ask("Emulation.setScriptExecutionDisabled", {"value": True})

    def picture(self, page: Path, width: int, *, pictures: bool = True) -> bytes:
        """Return the whole *page*, *width* CSS px wide, as a PNG; without *pictures* it fetches nothing."""
        self._ask("Network.setBlockedURLs", {"urls": [] if pictures else ["http://*", "https://*"]})
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", screen)
        self._ask("Page.navigate", {"url": page.as_uri()})
        self._wait_for("Page.loadEventFired", LOADING_SECONDS)
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        taken = self._ask("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
        return base64.b64decode(taken["data"])

    def _ask(self, method: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": values or {}}
        if session := getattr(self, "_session", None):
            message["sessionId"] = session
        os.write(self._to_it, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._read(until)) is not None:
            if answer.get("id") == number:
                if "error" in answer:
                    raise DigestError(f"Chromium can't do {method}: {answer['error'].get('message')}")
                return dict(answer["result"])
        raise DigestError(f"Chromium did not answer {method} in {PATIENCE_SECONDS} s")

    def _wait_for(self, event: str, seconds: float) -> None:
        """Wait until *event* has come; a page whose pictures never come is pictured as it is then."""
        until = time.monotonic() + seconds
        while (message := self._read(until)) is not None:
            if message.get("method") == event:
                return

    def _read(self, until: float) -> dict[str, Any] | None:
        """Return the next message, or None when there is none until then."""
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from_it], [], [], max(0, until - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self._from_it, CHUNK)
            if not piece:
                raise DigestError("Chromium ended unexpectedly; does it start by itself on this machine?")
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(line))


@contextmanager
def chromium_running() -> Iterator[Chromium]:
    """Give a Chromium that runs while the block lasts, with a profile that is gone afterwards.

    Raises:
        BadInputError: there is none on this machine.
    """
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise BadInputError(f"pictures need a Chromium or Chrome on the PATH: one of {', '.join(NAMES)}")
    its_input, to_it = os.pipe()
    from_it, its_output = os.pipe()
    with tempfile.TemporaryDirectory(prefix="digest-chromium-", ignore_cleanup_errors=True) as profile:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to start otherwise
        command = [program, *ARGUMENTS, *as_root, f"--user-data-dir={profile}"]
        process = os.posix_spawn(
            program,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, its_input, TO_IT),
                (os.POSIX_SPAWN_DUP2, its_output, FROM_IT),
            ],
            setpgroup=0,
        )
        os.close(its_input)
        os.close(its_output)
        try:
            yield Chromium(to_it, from_it)
        finally:
            os.close(to_it)
            os.close(from_it)
            os.killpg(process, signal.SIGKILL)  # nothing of it is kept
            os.waitpid(process, 0)
