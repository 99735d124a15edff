"""The lease: of all the clocks on one database, exactly one acts."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from datetime import datetime

from digest.clock import lease_store
from digest.clock.watch import Watch
from digest.database import Database

_log = logging.getLogger(__name__)


class Lease:
    """One clock's claim to act. It must be kept at every beat, several times within *patience_seconds*.

    A holder that dies is followed within that time and a beat. One that was stopped, or asleep, finds that it holds
    the lease no more. *now* gives the time in UTC, for people to read; no decision is made by it.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], patience_seconds: float) -> None:
        self._database = database
        self._now = now
        self._watch = Watch(patience_seconds)
        self._holder = str(uuid.uuid4())
        self._host = f"{socket.gethostname()} {os.getpid()}"
        self._holds = False

    def keep(self) -> bool:
        """Renew the lease, or take it if it is free or its holder is dead; say whether it is ours until the next beat.

        Raises:
            DBAPIError: the database can't be used; whether it is ours is not known.
        """
        held = self._renew() if self._holds else False
        if self._holds and not held:
            _log.warning("another process reads feeds and sends editions now: this one was silent for too long")
        self._holds = held or self._take()
        return self._holds

    def release(self) -> None:
        """Give the lease back, so that the next one need not wait.

        Raises:
            DBAPIError: the database can't be used; the next one will take us for dead.
        """
        if self._holds:
            with self._database.writing() as session:
                lease_store.release(session, self._holder)
            self._holds = False

    def _renew(self) -> bool:
        with self._database.writing() as session:
            return lease_store.renew(session, self._holder)

    def _take(self) -> bool:
        with self._database.reading() as session:
            sign = lease_store.sign_of_holder(session)
        if sign is None:
            return lease_store.take_free(self._database, self._holder, self._host, self._now())
        if not self._watch.is_dead(sign, time.monotonic()):
            return False
        with self._database.writing() as session:
            is_ours = lease_store.take_over(session, sign, self._holder, self._host, self._now())
        if is_ours:
            _log.warning("the process that read feeds and sent editions is gone: this one does it now")
        return is_ours
