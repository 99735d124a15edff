"""The unsubscribe link of a mail: leave in one tap, and the way back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse

from subscribers.form import posted_fields
from subscribers.store import ReaderStandings, Standing
from subscribers.subscriber import UNDO_WITHIN, IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError
from subscribers.tokens import Purpose
from subscribers.web.reception import CONFLICT, NOTHING_WRONG, READ, WRITE, PrivateRoute, Reception

Fields = Annotated[dict[str, str], Depends(posted_fields)]


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


def leaving_pages(reception: Reception) -> APIRouter:
    """Return the routes of the unsubscribe link."""
    pages = _Leaving(reception)
    router = APIRouter(route_class=PrivateRoute)
    router.add_api_route("/u/{token}", pages.ask_to_leave, methods=READ)
    router.add_api_route("/u/{token}", pages.leave, methods=WRITE)
    return router


class _Leaving:
    """The endpoints. They are plain functions, which FastAPI runs in threads: no session meets an `await`."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def ask_to_leave(self, token: str) -> Response:
        return self._at.for_holder(Purpose.UNSUBSCRIBE, token, self._leave_page)

    def leave(self, token: str, fields: Fields) -> Response:
        answers = {Ask.ONE_CLICK: self._leave_by_one_click, Ask.LEAVE: self._leave, Ask.RETURN: self._return}
        return self._at.for_holder(Purpose.UNSUBSCRIBE, token, answers[ask_of(fields)])

    def _leave_page(self, number: int, status: int = NOTHING_WRONG) -> Response:
        reader = self._at.reader(number)
        if reader is None:
            return self._at.page("forgotten.html")
        standing = reader.of(number)
        if standing.status is not SubscriptionStatus.UNSUBSCRIBED:
            return self._at.page("leave.html", status, newsletter=self._at.offered(standing.newsletter))
        return self._left_page(reader, standing, status, now=False)

    def _left_page(
        self, reader: ReaderStandings, standing: Standing, status: int = NOTHING_WRONG, *, now: bool
    ) -> Response:
        """Tell that the reader is off the newsletter; offer the way back where there is one, and the others (S05)."""
        newsletter = self._at.offered(standing.newsletter)
        return self._at.page(
            "left.html",
            status,
            newsletter=newsletter,
            may_return=bool(newsletter.send_time) and not reader.is_suppressed and self._may_undo(standing),
            may_sign_up=bool(newsletter.send_time) and not reader.is_suppressed,
            others=() if reader.is_suppressed else self._others(reader, standing.newsletter),
            now=now,
        )

    def _others(self, reader: ReaderStandings, left: str) -> list[tuple[str, bool]]:
        """Return the names of the other newsletters, each with whether the reader gets it."""
        theirs = {one.newsletter for one in reader.standings if one.status is SubscriptionStatus.ACTIVE}
        return [(offered.name, slug in theirs) for slug, offered in self._at.newsletters.items() if slug != left]

    def _leave_by_one_click(self, number: int) -> Response:
        standing = self._at.move(number, SubscriptionEvent.UNSUBSCRIBE, "one-click unsubscribe by the mail client")
        name = self._at.offered(standing.newsletter).name if standing else "this newsletter"
        return PlainTextResponse(f"You won't get {name} any more.\n")

    def _leave(self, number: int) -> Response:
        standing = self._at.move(number, SubscriptionEvent.UNSUBSCRIBE, "the unsubscribe page")
        reader = self._at.reader(number)
        if standing is None or reader is None:
            return self._at.page("forgotten.html")
        return self._left_page(reader, standing, now=True)

    def _may_undo(self, standing: Standing) -> bool:
        """Say whether the reader left so lately that this link, which lives for ever (S04), may bring them back."""
        is_out = standing.status is SubscriptionStatus.UNSUBSCRIBED
        return is_out and self._at.clock() < standing.changed_at + UNDO_WITHIN

    def _return(self, number: int) -> Response:
        reader = self._at.reader(number)
        if reader is None:
            return self._at.page("forgotten.html")
        standing = reader.of(number)
        if standing.status is not SubscriptionStatus.ACTIVE and not self._may_undo(standing):
            return self._leave_page(number, CONFLICT)
        try:
            returned = self._at.move(number, SubscriptionEvent.RESUBSCRIBE, "undo on the unsubscribe page")
        except SuppressedAddressError:
            return self._at.page("suppressed.html", CONFLICT)
        except IllegalMoveError:
            return self._leave_page(number, CONFLICT)
        if returned is None:
            return self._at.page("forgotten.html")
        return self._at.page("returned.html", newsletter=self._at.offered(returned.newsletter))
