"""The pages behind the links in an edition: leave, come back, and see what one is subscribed to.

GET and HEAD read and change nothing, however many link scanners follow them (S01); what changes something is a
POST. The token in the address is all the proof there is: no cookie, no login, no script (S03).
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter

from subscribers.tokens import Keyring
from subscribers.web.changing import changing_pages
from subscribers.web.leaving import leaving_pages
from subscribers.web.own_affairs import OwnAffairs, SelfService
from subscribers.web.preferences import preferences_pages
from subscribers.web.reception import OfferedNewsletter, PageRenderer, Reception, Sessions


def subscriber_pages(
    *,
    reading: Sessions,
    writing: Sessions,
    keyring: Keyring,
    newsletters: Mapping[str, OfferedNewsletter],
    page: PageRenderer,
    clock: Callable[[], datetime],
    service: SelfService,
    on_leaving: Callable[[int], None] = lambda _subscription_id: None,
) -> APIRouter:
    """Return the routes of the links in a mail.

    *reading* and *writing* open a short transaction. *newsletters* go by their slug. *clock* gives the time in UTC.
    *service* is what readers do about themselves. *on_leaving* hears the number of a subscription whose end is
    committed, before the reader is answered.
    """
    reception = Reception(reading, writing, keyring, newsletters, page, clock, on_leaving)
    router = APIRouter()
    router.include_router(leaving_pages(reception))
    router.include_router(preferences_pages(reception, OwnAffairs(reception, service)))
    router.include_router(changing_pages(reception))
    return router
