"""The registrar: takes sign-ups down in groups, so that hundreds a second share one commit."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from queue import Full, Queue
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from subscribers.client_address import rate_network
from subscribers.signup import Answer, Limits, SignUp
from subscribers.signup_group import Registered, Rules, register_group
from subscribers.sliding_window import WINDOW
from subscribers.tokens import Keyring

MOST_AT_ONCE = 200
MOST_WAITING = 2000
# Within this time a network that was turned away is not looked up again for every further try.
TURNED_AWAY_FOR = timedelta(seconds=10)
MOST_TURNED_AWAY = 4096
_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    """A sign-up, and where its answer is waited for."""

    sign_up: SignUp
    answer: Future[Answer]


class Registrar:
    """Takes sign-ups down, one group after the other, in a thread of its own between `start` and `stop`.

    *writing* gives a session for one transaction, *clock* the time in UTC. *on_asked* is called from that thread
    after a commit that queued a mail; it must return at once.
    """

    def __init__(
        self,
        writing: Callable[[], AbstractContextManager[Session]],
        keyring: Keyring,
        clock: Callable[[], datetime],
        limits: Limits,
        on_asked: Callable[[], None],
    ) -> None:
        self._writing = writing
        self._rules = Rules(keyring, limits)
        self._clock = clock
        self._on_asked = on_asked
        self._waiting: Queue[_Waiting | None] = Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="registrar")
        self._door = threading.Lock()
        self._is_open = False
        self._turned_away = _TurnedAway()

    @property
    def retry_after(self) -> int:
        """Return the seconds that one told BUSY should wait: the same for all, so that it says nothing (S06)."""
        return int(WINDOW.total_seconds())

    def start(self) -> None:
        """Begin to take sign-ups down."""
        self._is_open = True
        self._thread.start()

    def stop(self) -> None:
        """Take down all that wait, and no more."""
        with self._door:
            self._is_open = False
        self._waiting.put(None)
        self._thread.join()

    def register(self, sign_up: SignUp) -> Future[Answer]:
        """Take *sign_up* down soon; the answer is there once that is committed, or it holds the error.

        It is BUSY at once for a network that was just turned away, and when too many wait or the registrar is shut.
        """
        answer: Future[Answer] = Future()
        is_refused = bool(sign_up.ip) and self._turned_away.has(rate_network(sign_up.ip or ""), self._clock())
        with self._door:
            if is_refused or not self._is_open:
                answer.set_result(Answer.BUSY)
                return answer
            try:
                self._waiting.put_nowait(_Waiting(sign_up, answer))
            except Full:
                answer.set_result(Answer.BUSY)
        return answer

    def _run(self) -> None:
        is_over = False
        while not is_over:
            group, is_over = self._next_group()
            try:
                self._take_down(group)
            except Exception as error:  # noqa: BLE001 - whatever one group meets, the next is taken down
                _log_failure("a group of sign-ups was not taken down", error)

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Wait for a sign-up and take all that wait with it; say whether they are the last.

        What comes in during a commit is the next group: the busier it gets, the larger they are.
        """
        group, found = [], self._waiting.get()
        while found is not None:
            group.append(found)
            if len(group) == MOST_AT_ONCE or self._waiting.empty():
                break
            found = self._waiting.get()  # there at once: nobody else takes from here
        return group, found is None

    def _take_down(self, group: Sequence[_Waiting]) -> None:
        group = [waiting for waiting in group if waiting.answer.set_running_or_notify_cancel()]
        try:
            has_asked = self._commit(group)
        except Exception as error:  # noqa: BLE001 - one of them is to blame, and only that one is to suffer (law 10)
            _log_failure(f"{len(group)} sign-ups could not be taken down together; they are tried one by one", error)
            has_asked = any([self._take_down_alone(waiting) for waiting in group])  # noqa: C419 - each, and not up to the first
        if has_asked:
            self._on_asked()

    def _take_down_alone(self, waiting: _Waiting) -> bool:
        try:
            return self._commit([waiting])
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits for the answer
            waiting.answer.set_exception(error)
            return False

    def _commit(self, group: Sequence[_Waiting]) -> bool:
        """Take *group* down in one transaction and answer; say whether a mail was queued."""
        if not group:
            return False
        now = self._clock()
        with self._writing() as session:
            registered = register_group(session, [waiting.sign_up for waiting in group], self._rules, now)
        self._remember_busy(group, registered, now)
        for waiting, answer in zip(group, registered.answers, strict=True):
            waiting.answer.set_result(answer)
        return registered.has_asked

    def _remember_busy(self, group: Sequence[_Waiting], registered: Registered, now: datetime) -> None:
        for waiting, answer in zip(group, registered.answers, strict=True):
            if answer is Answer.BUSY and waiting.sign_up.ip:
                self._turned_away.add(rate_network(waiting.sign_up.ip), now)


def _log_failure(what: str, error: Exception) -> None:
    if isinstance(error, DBAPIError):
        # Further lines of its words quote rows on PostgreSQL, and with them addresses; so does its traceback.
        _log.error("%s: %s", what, str(error.orig).partition("\n")[0])
    else:
        _log.error("%s", what, exc_info=error)


class _TurnedAway:
    """The networks that were turned away last, as many as there is room for."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, network: str, now: datetime) -> None:
        """Turn *network* away for a while from *now* (UTC)."""
        with self._lock:
            self._until[network] = now + TURNED_AWAY_FOR
            self._until.move_to_end(network)
            if len(self._until) > MOST_TURNED_AWAY:
                self._until.popitem(last=False)

    def has(self, network: str, now: datetime) -> bool:
        """Say whether *network* is turned away at *now* (UTC)."""
        with self._lock:
            until = self._until.get(network)
        return until is not None and now < until
