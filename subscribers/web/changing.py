"""The button of the mail to a reader's new address: "yes, write to me here" (S16).

GET and HEAD change nothing: a scanner that follows every link of the mail moves nobody (S01). The page does not tell
whose new address it is to be: whoever reads this mailbox may be a stranger.
"""

from fastapi import APIRouter, Response

from subscribers.address_change import ChangeAnswer, asked_change, change_address
from subscribers.suppression_store import SuppressedAddressError
from subscribers.tokens import Purpose
from subscribers.web.reception import CONFLICT, READ, WRITE, PrivateRoute, Reception


def changing_pages(reception: Reception) -> APIRouter:
    """Return the routes of the link that confirms a new address."""

    def ask(token: str) -> Response:
        return reception.for_holder(Purpose.CHANGE, token, asked)

    def change(token: str) -> Response:
        return reception.for_holder(Purpose.CHANGE, token, changed)

    def asked(mail: int) -> Response:
        with reception.reading() as session:
            found = asked_change(session, mail, reception.clock())
        if found is None:
            return reception.page("forgotten.html")
        if found.address is None:
            return reception.page("changed.html" if found.is_done else "settled_change.html")
        return reception.page("change.html", address=found.address)

    def changed(mail: int) -> Response:
        try:
            with reception.writing() as session:
                answer = change_address(session, mail, reception.clock())
        except SuppressedAddressError:
            return reception.page("suppressed.html", CONFLICT)
        if answer is None:
            return reception.page("forgotten.html")
        pages = {ChangeAnswer.CHANGED: "changed.html", ChangeAnswer.LAPSED: "settled_change.html"}
        return reception.page(pages.get(answer, "taken.html"), 200 if answer is ChangeAnswer.CHANGED else CONFLICT)

    router = APIRouter(route_class=PrivateRoute)
    router.add_api_route("/change/{token}", ask, methods=READ)
    router.add_api_route("/change/{token}", change, methods=WRITE)
    return router
