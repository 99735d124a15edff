"""Watching an edition: it is made again when its articles, an editor's decisions, its look or its settings change."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from digest.building import template_of
from digest.database import Database
from digest.delivery.publishing import find_published
from digest.editions.state_store import state_of
from digest.editions.store import published_editions
from digest.errors import DigestError
from digest.lightbox.difference import Difference, Side, difference
from digest.preview import Preview, preview_edition
from digest.rendering.template_folder import parts_folder
from digest.settings import Settings


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to be seen: the edition as it last could be made, and why it can't be now, "" if it can.

    `version` rises with every change.
    """

    version: int = 0
    preview: Preview | None = None
    difference: Difference | None = None
    fault: str = ""


@dataclass
class EditionWatch:
    """One edition that is looked at, however it changes. Nothing is kept running: each look asks what has changed."""

    config: Path
    load: Callable[[], Settings]
    database: Database
    newsletter: str
    local_date: date
    clock: Callable[[], datetime]
    _sight: Sight = field(default_factory=Sight, init=False)
    _seen: object = field(default=None, init=False)
    _look: Path | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def latest(self) -> Sight:
        """Return the edition as it is now; it is made again only when something has changed."""
        with self._lock:
            state = self._state()
            if state != self._seen:
                watched = self._watched()
                self._sight = self._made_again()
                # What is saved while it is being made is seen the next time, so the state from before counts.
                self._seen = state if self._watched() == watched else self._state()
            return self._sight

    def _made_again(self) -> Sight:
        version = self._sight.version + 1
        try:
            settings = self._settings()
            self._look = template_of(settings.newsletters[self.newsletter])
            preview = preview_edition(self.database, settings, self.newsletter, self.local_date, self.clock())
            return Sight(version, preview, self._difference(preview))
        except DigestError as error:
            return Sight(version, self._sight.preview, self._sight.difference, str(error))

    def _settings(self) -> Settings:
        settings = self.load()
        if self.newsletter not in settings.newsletters:
            raise DigestError(f"{self.config} has no newsletter {self.newsletter} now")
        return settings

    def _difference(self, preview: Preview) -> Difference | None:
        with self.database.reading() as session:
            days = [one.local_date for one in published_editions(session, self.newsletter)]
        before = next((day for day in days if day < self.local_date), None)
        published = find_published(self.database, self.newsletter, before) if before else None
        if published is None or before is None:
            return None
        old = Side(before, published.artifact.subject, published.stories, published.artifact.text)
        now = Side(self.local_date, preview.artifact.subject, preview.edition.stories, preview.artifact.text)
        return difference(old, now)

    def _watched(self) -> tuple[Path | None, datetime | None]:
        """Return the look's folder and the cut-off (UTC), which are known when it was made once."""
        return self._look, self._sight.preview.edition.schedule.window.end if self._sight.preview else None

    def _state(self) -> object:
        look, cutoff = self._watched()
        with self.database.reading() as session:
            rows = state_of(session, self.newsletter, self.local_date, cutoff or self.clock())
        folders = [parts_folder(), *([look] if look else [])]
        return (rows, _files([self.config, *(file for folder in folders for file in sorted(folder.glob("*")))]))


def _files(paths: Iterable[Path]) -> tuple[object, ...]:
    found = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:  # being saved anew: the next look finds it
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)
