"""The pages and endpoints of a reader's life: sign up, confirm, choose, leave, come back."""

from subscribers.web.api import sign_up_api
from subscribers.web.box import Box
from subscribers.web.confirming import Welcome, confirming_pages
from subscribers.web.denying import denying_pages
from subscribers.web.doorway import Doorway
from subscribers.web.leaving import Ask, ask_of
from subscribers.web.links import subscriber_pages
from subscribers.web.own_affairs import NotErasedYetError, SelfService
from subscribers.web.reception import LatestEdition, OfferedNewsletter, PageRenderer, Reception
from subscribers.web.signing_up import sign_up_pages

__all__ = [
    "Ask",
    "Box",
    "Doorway",
    "LatestEdition",
    "NotErasedYetError",
    "OfferedNewsletter",
    "PageRenderer",
    "Reception",
    "SelfService",
    "Welcome",
    "ask_of",
    "confirming_pages",
    "denying_pages",
    "sign_up_api",
    "sign_up_pages",
    "subscriber_pages",
]
