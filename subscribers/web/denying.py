"""The other link of a confirmation mail: "I did not ask for this" (S09)."""

from fastapi import APIRouter, Response

from subscribers.signup_store import deny
from subscribers.tokens import Purpose
from subscribers.web.reception import READ, WRITE, PrivateRoute, Reception


def denying_pages(reception: Reception) -> APIRouter:
    """Return the routes of the link by which the owner of an address forbids us to write there.

    GET and HEAD change nothing: a scanner that follows every link of the mail suppresses nobody (S01).
    """

    def ask(token: str) -> Response:
        return reception.for_holder(Purpose.DENY, token, lambda _mail: reception.page("not_me.html"))

    def deny_it(token: str) -> Response:
        return reception.for_holder(Purpose.DENY, token, denied)

    def denied(mail: int) -> Response:
        with reception.writing() as session:
            is_known = deny(session, mail, now=reception.clock())
        return reception.page("not_me_done.html" if is_known else "forgotten.html")

    router = APIRouter(route_class=PrivateRoute)
    router.add_api_route("/not-me/{token}", ask, methods=READ)
    router.add_api_route("/not-me/{token}", deny_it, methods=WRITE)
    return router
