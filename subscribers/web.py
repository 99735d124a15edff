"""The pages behind the links in a mail: leave, come back, and see what one is subscribed to.

GET and HEAD read and change nothing, however many link scanners follow them (S01); what changes something is a
POST. The token in the address is all the proof there is: no cookie, no login, no script (S03).
"""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from sqlmodel import Session

from subscribers.form import posted_fields
from subscribers.store import (
    ReaderStandings,
    Standing,
    SuppressedAddressError,
    change_standing,
    reader_standings,
)
from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.tokens import BadTokenError, Keyring, Purpose

# A token in an address stays between us and the reader (S10).
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
READ = ["GET", "HEAD"]
WRITE = ["POST"]
# No row has this number: it signs the links of a mail that is for looking at only.
NOBODY = 0
NOTHING_WRONG, BAD_REQUEST, NOT_FOUND, CONFLICT = 200, 400, 404, 409
Sessions = Callable[[], AbstractContextManager[Session]]
Fields = Annotated[dict[str, str], Depends(posted_fields)]


@dataclass(frozen=True, slots=True)
class OfferedNewsletter:
    """What the pages say of a newsletter: its name, and when it comes, in words such as "6:00 UTC".

    `send_days` are words such as "Monday to Friday". Both are empty for one that is not published any more.
    """

    name: str
    send_days: str
    send_time: str

    @property
    def promise(self) -> str:
        """Return the sentence that says what happens next."""
        return f"The next edition comes at {self.send_time}." if self.send_time else ""


class PageRenderer(Protocol):
    """Something that makes a page of a template's name, the answer's status and the values it shows."""

    def __call__(self, template: str, status: int = ..., **values: Any) -> Response:
        """Return the page."""


class Ask(StrEnum):
    """What a POST asks for. A mail client's one-click asks without a page to show the answer on."""

    ONE_CLICK = "one-click"
    LEAVE = "leave"
    RETURN = "return"


def ask_of(fields: Mapping[str, str]) -> Ask:
    """Return what the *fields* posted to an unsubscribe link ask for.

    Only our own page's button can ask for more than to leave: an empty or unknown body leaves, as does
    anything that carries RFC 8058's own words (§3.1).
    """
    if fields.get("List-Unsubscribe") == "One-Click":
        return Ask.ONE_CLICK
    return {"leave": Ask.LEAVE, "return": Ask.RETURN}.get(fields.get("act", ""), Ask.ONE_CLICK)


def subscriber_pages(
    *,
    reading: Sessions,
    writing: Sessions,
    keyring: Keyring,
    newsletters: Mapping[str, OfferedNewsletter],
    page: PageRenderer,
    clock: Callable[[], datetime],
    on_leaving: Callable[[int], None] = lambda _subscription_id: None,
) -> APIRouter:
    """Return the routes of the links in a mail.

    *reading* and *writing* open a short transaction. *newsletters* go by their slug. *clock* gives the time in UTC.
    *on_leaving* hears the number of a subscription whose end is committed, before the reader is answered.
    """
    pages = _Pages(reading, writing, keyring, newsletters, page, clock, on_leaving)
    router = APIRouter(route_class=_PrivateRoute)
    router.add_api_route("/u/{token}", pages.ask_to_leave, methods=READ)
    router.add_api_route("/u/{token}", pages.leave, methods=WRITE)
    router.add_api_route("/preferences/{token}", pages.preferences, methods=READ)
    router.add_api_route("/preferences/{token}", pages.change_preferences, methods=WRITE)
    return router


class _PrivateRoute(APIRoute):
    """A route whose address holds a token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_privately(request: Request) -> Response:
            response = await answer(request)
            response.headers.update(PRIVATE)
            return response

        return answer_privately


class _Pages:
    """The endpoints. They are plain functions, which FastAPI runs in threads: no session meets an `await`."""

    def __init__(
        self,
        reading: Sessions,
        writing: Sessions,
        keyring: Keyring,
        newsletters: Mapping[str, OfferedNewsletter],
        page: PageRenderer,
        clock: Callable[[], datetime],
        on_leaving: Callable[[int], None],
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._keyring = keyring
        self._newsletters = newsletters
        self._page = page
        self._clock = clock
        self._on_leaving = on_leaving

    def ask_to_leave(self, token: str) -> Response:
        return self._for_holder(Purpose.UNSUBSCRIBE, token, self._leave_page)

    def leave(self, token: str, fields: Fields) -> Response:
        answers = {Ask.ONE_CLICK: self._leave_by_one_click, Ask.LEAVE: self._leave, Ask.RETURN: self._return}
        return self._for_holder(Purpose.UNSUBSCRIBE, token, answers[ask_of(fields)])

    def preferences(self, token: str) -> Response:
        return self._for_holder(Purpose.PREFERENCES, token, self._preferences_page)

    def change_preferences(self, token: str, fields: Fields) -> Response:
        return self._for_holder(Purpose.PREFERENCES, token, lambda number: self._change_preferences(number, fields))

    def _for_holder(self, purpose: Purpose, token: str, answer: Callable[[int], Response]) -> Response:
        """Answer the holder of a token of ours; for anything else, help with the link."""
        try:
            number = self._keyring.read(purpose, token)
        except BadTokenError:
            return self._page("bad_link.html", NOT_FOUND)
        if number == NOBODY:
            return self._page("nobody.html")
        return answer(number)

    def _leave_page(self, number: int, status: int = NOTHING_WRONG) -> Response:
        reader = self._reader(number)
        if reader is None:
            return self._page("forgotten.html")
        standing = reader.of(number)
        if standing.status is not SubscriptionStatus.UNSUBSCRIBED:
            return self._page("leave.html", status, newsletter=self._offered(standing.newsletter))
        return self._left_page(reader, standing, status, now=False)

    def _left_page(
        self, reader: ReaderStandings, standing: Standing, status: int = NOTHING_WRONG, *, now: bool
    ) -> Response:
        """Tell that the reader is off the newsletter, and offer the way back where there is one (S05)."""
        newsletter = self._offered(standing.newsletter)
        may_return = bool(newsletter.send_time) and not reader.is_suppressed
        return self._page("left.html", status, newsletter=newsletter, may_return=may_return, now=now)

    def _leave_by_one_click(self, number: int) -> Response:
        standing = self._move(number, SubscriptionEvent.UNSUBSCRIBE, "one-click unsubscribe by the mail client")
        name = self._offered(standing.newsletter).name if standing else "this newsletter"
        return PlainTextResponse(f"You won't get {name} any more.\n")

    def _leave(self, number: int) -> Response:
        standing = self._move(number, SubscriptionEvent.UNSUBSCRIBE, "the unsubscribe page")
        reader = self._reader(number)
        if standing is None or reader is None:
            return self._page("forgotten.html")
        return self._left_page(reader, standing, now=True)

    def _return(self, number: int) -> Response:
        try:
            standing = self._move(number, SubscriptionEvent.RESUBSCRIBE, "undo on the unsubscribe page")
        except SuppressedAddressError:
            return self._page("suppressed.html", CONFLICT)
        except IllegalMoveError:
            return self._leave_page(number, CONFLICT)
        if standing is None:
            return self._page("forgotten.html")
        return self._page("returned.html", newsletter=self._offered(standing.newsletter))

    def _preferences_page(self, number: int, status: int = NOTHING_WRONG, notice: str = "") -> Response:
        reader = self._reader(number)
        if reader is None:
            return self._page("forgotten.html")
        rows = [(standing, self._offered(standing.newsletter)) for standing in reader.standings]
        return self._page("preferences.html", status, reader=reader, rows=rows, notice=notice)

    def _change_preferences(self, number: int, fields: Mapping[str, str]) -> Response:
        events = {"leave": SubscriptionEvent.UNSUBSCRIBE, "return": SubscriptionEvent.RESUBSCRIBE}
        event = events.get(fields.get("act", ""))
        reader = self._reader(number)
        if reader is None:
            return self._page("forgotten.html")
        chosen = [one for one in reader.standings if one.newsletter == fields.get("newsletter")]
        if event is None or not chosen:
            return self._preferences_page(number, BAD_REQUEST, "Nothing was changed. Press one of the buttons below.")
        return self._change(number, chosen[0], event)

    def _change(self, number: int, chosen: Standing, event: SubscriptionEvent) -> Response:
        try:
            standing = self._move(chosen.subscription_id, event, "the preferences page")
        except SuppressedAddressError:
            return self._page("suppressed.html", CONFLICT)
        except IllegalMoveError:
            return self._preferences_page(number, CONFLICT, "Nothing was changed: this one is not confirmed yet.")
        return self._preferences_page(number, notice=self._told(standing) if standing else "")

    def _told(self, standing: Standing) -> str:
        newsletter = self._offered(standing.newsletter)
        if standing.status is SubscriptionStatus.ACTIVE:
            return f"You get {newsletter.name} again. {newsletter.promise}".strip()
        return f"You won't get {newsletter.name} any more."

    def _reader(self, number: int) -> ReaderStandings | None:
        with self._reading() as session:
            return reader_standings(session, number)

    def _move(self, number: int, event: SubscriptionEvent, provenance: str) -> Standing | None:
        with self._writing() as session:
            row = change_standing(session, number, event, provenance=provenance, now=self._clock())
            standing = Standing(number, row.newsletter, SubscriptionStatus(row.status)) if row else None
        if event is SubscriptionEvent.UNSUBSCRIBE:
            self._on_leaving(number)  # the answer is a promise: nothing is begun for this reader after it
        return standing

    def _offered(self, slug: str) -> OfferedNewsletter:
        """Return a newsletter as the pages call it; one that is no longer offered has only its slug."""
        return self._newsletters.get(slug, OfferedNewsletter(name=slug, send_days="", send_time=""))
