"""The preferences link of a mail: what one gets, with a pause, the way out and the way in, newsletter by newsletter."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from subscribers.address import EmailAddress
from subscribers.form import posted_fields
from subscribers.lifecycle_store import confirm, pause
from subscribers.store import (
    Intake,
    Newcomer,
    ReaderStandings,
    Standing,
    keep_timezone,
    lock_reader,
    sign_up_row,
    standing_of,
)
from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError
from subscribers.tables import number_of
from subscribers.timezone import UnknownZoneError, written_zone, zone_named, zones_by_region
from subscribers.web.own_affairs import OwnAffairs
from subscribers.web.reception import BAD_REQUEST, CONFLICT, NOTHING_WRONG, READ, WRITE, PrivateRoute, Reception

Fields = Annotated[dict[str, str], Depends(posted_fields)]
# S16. A pause is for a holiday: who wants longer leaves, and comes back with one button.
PAUSES = {"7": "one week", "14": "two weeks", "30": "30 days"}
EVENTS = {
    "leave": SubscriptionEvent.UNSUBSCRIBE,
    "return": SubscriptionEvent.RESUBSCRIBE,
    "resume": SubscriptionEvent.RESUME,
}
PROVENANCE = "the preferences page"
UNCONFIRMED = "Nothing was changed: this one is not confirmed yet."
ELSEWHERE = "Nothing was changed: where you stand with it has changed meanwhile, as you see below."


def preferences_pages(reception: Reception, own: OwnAffairs) -> APIRouter:
    """Return the routes of the preferences link; *own* answers what is not about a newsletter."""
    pages = _Preferences(reception, own)
    router = APIRouter(route_class=PrivateRoute)
    router.add_api_route("/preferences/{token}", pages.preferences, methods=READ)
    router.add_api_route("/preferences/{token}", pages.change_preferences, methods=WRITE)
    return router


class _Preferences:
    """The endpoints. They are plain functions, which FastAPI runs in threads: no session meets an `await`."""

    def __init__(self, reception: Reception, own: OwnAffairs) -> None:
        self._at = reception
        self._own = own

    def preferences(self, token: str) -> Response:
        return self._at.for_reader(token, lambda number, _reader: self._page(number))

    def change_preferences(self, token: str, fields: Fields) -> Response:
        return self._at.for_reader(token, lambda number, reader: self._change(number, reader, fields))

    def _page(self, number: int, status: int = NOTHING_WRONG, notice: str = "") -> Response:
        reader = self._at.reader(number)
        if reader is None:
            return self._at.page("forgotten.html")
        rows = [(standing, self._at.offered(standing.newsletter), _until(standing)) for standing in reader.standings]
        theirs = {standing.newsletter for standing in reader.standings}
        others = {slug: offered for slug, offered in self._at.newsletters.items() if slug not in theirs}
        on_mornings = [offered for _, offered, _ in rows if offered.on_own_morning and not reader.is_suppressed]
        return self._at.page(
            "preferences.html",
            status,
            reader=reader,
            rows=rows,
            others=others,
            pauses=PAUSES,
            notice=notice,
            on_mornings=on_mornings,
            zones=zones_by_region() if on_mornings else {},
        )

    def _change(self, number: int, reader: ReaderStandings, fields: Mapping[str, str]) -> Response:
        if answer := self._own.answer(number, reader, fields):
            return answer
        if fields.get("act") == "timezone":
            return self._keep_timezone(number, reader, fields.get("timezone", ""))
        act = self._act(reader, fields)
        if act is None:
            return self._page(number, BAD_REQUEST, "Nothing was changed. Press one of the buttons below.")
        try:
            standing = act()
        except SuppressedAddressError:
            return self._at.page("suppressed.html", CONFLICT)
        except IllegalMoveError:
            return self._page(number, CONFLICT, _refusal(reader, fields))
        return self._page(number, notice=self._told(standing) if standing else "")

    def _keep_timezone(self, number: int, reader: ReaderStandings, named: str) -> Response:
        try:
            zone = zone_named(named) if named else None
        except UnknownZoneError as error:
            return self._page(number, BAD_REQUEST, f"Nothing was changed: {error}.")
        with self._at.writing() as session:
            keep_timezone(session, EmailAddress.parse(reader.address, of_reader=False).key, zone)
        return self._page(number, notice=f"Noted: {written_zone(zone)}." if zone else "Forgotten: where you live.")

    def _act(self, reader: ReaderStandings, fields: Mapping[str, str]) -> Callable[[], Standing | None] | None:
        """Return what the posted button does, or None when it is none of ours."""
        slug, days = fields.get("newsletter", ""), fields.get("pause", "")
        chosen = next((one for one in reader.standings if one.newsletter == slug), None)
        event = EVENTS.get(fields.get("act", ""))
        if chosen is None:
            is_offered = fields.get("act") == "join" and slug in self._at.newsletters
            return (lambda: self._join(reader, slug)) if is_offered else None
        if event is not None:
            return lambda: self._at.move(chosen.subscription_id, event, PROVENANCE)
        if days in PAUSES:
            return lambda: self._pause(chosen.subscription_id, timedelta(days=int(days)))
        return None

    def _pause(self, number: int, span: timedelta) -> Standing | None:
        now = self._at.clock()
        with self._at.writing() as session:
            row = pause(session, number, now + span, provenance=PROVENANCE, now=now)
            standing = standing_of(row) if row else None
        self._at.on_leaving(number)  # the answer is a promise here too: nothing is begun for this reader after it
        return standing

    def _join(self, reader: ReaderStandings, slug: str) -> Standing | None:
        """Put the reader on a further newsletter: this link reached them by mail, so that no other mail need ask."""
        now = self._at.clock()
        with self._at.writing() as session:
            holder = lock_reader(session, reader.standings[0].subscription_id)
            if holder is None:
                return None
            newcomer = Newcomer(EmailAddress.parse(holder.email, of_reader=False))
            sign_up_row(session, newcomer, Intake(slug, PROVENANCE, self._at.keyring, now))
            (joined,) = confirm(session, number_of(holder), 0, provenance=PROVENANCE, now=now, also=[slug])
        return joined

    def _told(self, standing: Standing) -> str:
        newsletter = self._at.offered(standing.newsletter)
        if standing.status is SubscriptionStatus.ACTIVE:
            return f"You get {newsletter.name}. {newsletter.promise}".strip()
        if standing.status is SubscriptionStatus.PAUSED:
            return f"{newsletter.name} pauses. It comes again by itself."
        return f"You won't get {newsletter.name} any more."


def _refusal(reader: ReaderStandings, fields: Mapping[str, str]) -> str:
    """Say why nothing was changed, as far as where *reader* stood tells it."""
    chosen = next(one for one in reader.standings if one.newsletter == fields.get("newsletter"))
    unconfirmed = chosen.status in {SubscriptionStatus.PENDING, SubscriptionStatus.RETURNING}
    return UNCONFIRMED if unconfirmed else ELSEWHERE


def _until(standing: Standing) -> date | None:
    """Return the day (UTC) on which a pause is over; None for whoever has none."""
    return standing.paused_until.date() if standing.paused_until else None
