"""The button of a confirmation mail: "yes, I want it".

GET and HEAD change nothing: a scanner that follows every link of the mail confirms nobody (S01).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from subscribers.form import Form, posted_form
from subscribers.signup_store import AskedFor, answer, asked_for
from subscribers.store import Standing
from subscribers.subscriber import SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError
from subscribers.tokens import Purpose
from subscribers.web.box import Box
from subscribers.web.reception import (
    CONFLICT,
    NOTHING_WRONG,
    READ,
    WRITE,
    LatestEdition,
    PrivateRoute,
    Reception,
)

PostedForm = Annotated[Form, Depends(posted_form)]
GETS_IT = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})


@dataclass(frozen=True, slots=True)
class Welcome:
    """What awaits whoever has just confirmed.

    `latest` finds the newest editions of some newsletters. `is_always_mailed` says that they are mailed to everybody,
    and not only to those who tick it. `on_mail` hears that such a mail waits to be sent. `stamp` gives the stamp of a
    form that is handed out now.
    """

    latest: Callable[[Sequence[str]], Sequence[LatestEdition]]
    is_always_mailed: bool
    on_mail: Callable[[], None]
    stamp: Callable[[], str]


def confirming_pages(reception: Reception, welcome: Welcome) -> APIRouter:
    """Return the routes of the link that confirms."""
    pages = _Confirming(reception, welcome)
    router = APIRouter(route_class=PrivateRoute)
    router.add_api_route("/confirm/{token}", pages.ask, methods=READ)
    router.add_api_route("/confirm/{token}", pages.confirm, methods=WRITE)
    return router


class _Confirming:
    """The endpoints. They are plain functions, which FastAPI runs in threads: no session meets an `await`."""

    def __init__(self, reception: Reception, welcome: Welcome) -> None:
        self._at = reception
        self._welcome = welcome

    def ask(self, token: str) -> Response:
        return self._at.for_holder(Purpose.CONFIRM, token, self._page)

    def confirm(self, token: str, form: PostedForm) -> Response:
        return self._at.for_holder(Purpose.CONFIRM, token, lambda mail: self._confirm(mail, form))

    def _page(self, mail: int, status: int = NOTHING_WRONG) -> Response:
        asked = self._asked(mail)
        if asked is None:
            return self._lapsed(status)
        if asked.is_suppressed:
            return self._at.page("suppressed.html", status)
        if asked.is_lapsed:
            return self._at.page("settled.html", status) if asked.left else self._lapsed(status)
        if not asked.newsletters:
            return self._confirmed(asked.confirmed, is_mailed=False)
        return self._question(asked, status)

    def _question(self, asked: AskedFor, status: int) -> Response:
        return self._at.page(
            "confirm.html",
            status,
            newsletters=[self._at.offered(slug) for slug in asked.newsletters],
            others=[(slug, self._at.offered(slug)) for slug in asked.others],
            may_have_latest=not self._welcome.is_always_mailed and bool(self._welcome.latest(asked.newsletters)),
        )

    def _confirm(self, mail: int, form: Form) -> Response:
        asked = self._asked(mail)
        also = [slug for slug in form.all("newsletter") if asked and slug in asked.others]
        wants_latest = self._welcome.is_always_mailed or bool(form.one("latest"))
        editions = self._welcome.latest([*asked.newsletters, *also]) if asked and wants_latest else ()
        try:
            standings = self._press(mail, also, [edition.number for edition in editions])
        except SuppressedAddressError:
            return self._at.page("suppressed.html", CONFLICT)
        got = [standing.newsletter for standing in standings if standing.status in GETS_IT]
        if not got:
            return self._page(mail, CONFLICT)
        if editions:
            self._welcome.on_mail()
        return self._confirmed(got, is_mailed=bool(editions))

    def _press(self, mail: int, also: Sequence[str], editions: Sequence[int]) -> tuple[Standing, ...]:
        with self._at.writing() as session:
            return answer(session, mail, now=self._at.clock(), also=also, editions=editions) or ()

    def _confirmed(self, slugs: Sequence[str], *, is_mailed: bool) -> Response:
        newsletters = [self._at.offered(slug) for slug in slugs]
        editions = self._welcome.latest(slugs)
        return self._at.page("confirmed.html", newsletters=newsletters, editions=editions, is_mailed=is_mailed)

    def _lapsed(self, status: int) -> Response:
        return self._at.page("lapsed.html", status, box=Box(self._at.newsletters, self._welcome.stamp()))

    def _asked(self, mail: int) -> AskedFor | None:
        with self._at.reading() as session:
            return asked_for(session, mail, self._at.clock())
