"""What every page about a reader has at hand: who they are, where they stand, and how a page is made."""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlmodel import Session

from subscribers.store import ReaderStandings, Standing, change_standing, reader_standings, standing_of
from subscribers.subscriber import SubscriptionEvent
from subscribers.timezone import written_zone
from subscribers.tokens import BadTokenError, Keyring, Purpose, number_in

# A token in an address stays between us and the reader (S10).
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
READ = ["GET", "HEAD"]
WRITE = ["POST"]
# No database numbers its rows any higher, and PostgreSQL takes no higher number.
LARGEST_NUMBER = 2**31 - 1
# No row has this number: it signs the links of a mail that is for looking at only.
NOBODY = 0
NOTHING_WRONG, BAD_REQUEST, NOT_FOUND, CONFLICT = 200, 400, 404, 409
Sessions = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class OfferedNewsletter:
    """What the pages say of a newsletter: its name, and when it comes, in words such as "6:00 UTC".

    `send_days` are words such as "Monday to Friday". Both are empty for one that is not published any more. `pitch`
    is why one would want it, in the newsroom's words. `on_own_morning` says that it comes when its readers' own clocks
    show that hour, as far as it is known where they live.
    """

    name: str
    send_days: str
    send_time: str
    pitch: str = ""
    on_own_morning: bool = False

    def time_for(self, timezone: str | None) -> str:
        """Return when it comes to somebody who lives in *timezone*, None for unknown, such as "6:00 Tokyo time"."""
        if timezone and self.on_own_morning and self.send_time:
            return f"{self.send_time.partition(' ')[0]} {written_zone(timezone)} time"
        return self.send_time

    @property
    def promise(self) -> str:
        """Return the sentence that says what happens next."""
        return f"The next edition comes at {self.send_time}." if self.send_time else ""


@dataclass(frozen=True, slots=True)
class LatestEdition:
    """A newsletter's newest edition: its number, its subject, and the path of its web version."""

    number: int
    subject: str
    path: str


class PageRenderer(Protocol):
    """Something that makes a page of a template's name, the answer's status and the values it shows."""

    def __call__(self, template: str, status: int = ..., **values: Any) -> Response:
        """Return the page."""


class PrivateRoute(APIRoute):
    """A route whose address holds a token, or whose answer speaks of one reader."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return a handler whose answers nobody keeps or finds (S10)."""
        answer = super().get_route_handler()

        async def answer_privately(request: Request) -> Response:
            response = await answer(request)
            response.headers.update(PRIVATE)
            return response

        return answer_privately


@dataclass(frozen=True, slots=True)
class Reception:
    """Where the pages about a reader ask and do.

    `reading` and `writing` open a short transaction. `newsletters` go by their slug. `clock` gives the time in UTC.
    `on_leaving` hears the number of a subscription whose end is committed, before the reader is answered.
    """

    reading: Sessions
    writing: Sessions
    keyring: Keyring
    newsletters: Mapping[str, OfferedNewsletter]
    page: PageRenderer
    clock: Callable[[], datetime]
    on_leaving: Callable[[int], None] = lambda _subscription_id: None

    def for_holder(self, purpose: Purpose, token: str, answer: Callable[[int], Response]) -> Response:
        """Answer the holder of a token of ours; for anything else, help with the link."""
        try:
            number = self.keyring.read(purpose, token)
        except BadTokenError:
            return self.page("bad_link.html", NOT_FOUND, may_be_outdated=False)
        if number == NOBODY:
            return self.page("nobody.html")
        return answer(number)

    def for_reader(self, token: str, answer: Callable[[int, ReaderStandings], Response]) -> Response:
        """Answer the reader with a preferences link that was mailed to the address they have; else help with the link.

        An old mailbox may have a new owner: a link in it opens nothing once its reader has moved or is erased.
        """
        try:
            number = number_in(token)
            if number == NOBODY:
                return self.page("nobody.html")
            reader = self.reader(number) if number <= LARGEST_NUMBER else None
            self.keyring.read(Purpose.PREFERENCES, token, bound_to=reader.address if reader else "")
        except BadTokenError:
            reader = None
        if reader is None:
            return self.page("bad_link.html", NOT_FOUND, may_be_outdated=True)
        return answer(number, reader)

    def reader(self, subscription_id: int) -> ReaderStandings | None:
        """Return the reader with this subscription; None when they were erased long ago."""
        with self.reading() as session:
            return reader_standings(session, subscription_id)

    def move(self, subscription_id: int, event: SubscriptionEvent, provenance: str) -> Standing | None:
        """Move one subscription; return where it stands then, None when its reader was erased long ago.

        Raises:
            SuppressedAddressError: the address is suppressed and *event* is not leaving; nothing was changed.
            IllegalMoveError: there is no such move from where it stands.
        """
        with self.writing() as session:
            row = change_standing(session, subscription_id, event, provenance=provenance, now=self.clock())
            standing = standing_of(row) if row else None
        if event is SubscriptionEvent.UNSUBSCRIBE:
            self.on_leaving(subscription_id)  # the answer is a promise: nothing is begun for this reader after it
        return standing

    def offered(self, slug: str) -> OfferedNewsletter:
        """Return a newsletter as the pages call it; one that is no longer offered has only its slug."""
        return self.newsletters.get(slug, OfferedNewsletter(name=slug, send_days="", send_time=""))
