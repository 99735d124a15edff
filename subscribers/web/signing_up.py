"""The form that is posted by a browser, from our pages, from a frame, or from a page of another site.

The answer to an address is the same, byte by byte, whatever is known of it: nobody learns here who reads what (S06).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from subscribers.address import EmailAddress
from subscribers.form import Form, posted_form
from subscribers.signup import Answer
from subscribers.typo import suggestion
from subscribers.web.box import HONEYPOT, NOT_CHOSEN, NOT_OFFERED, Box, read_choice
from subscribers.web.doorway import Doorway
from subscribers.web.reception import (
    BAD_REQUEST,
    NOT_FOUND,
    NOTHING_WRONG,
    PRIVATE,
    READ,
    WRITE,
    OfferedNewsletter,
    PageRenderer,
)

TOO_MANY = 429
PLAIN, FRAMED = "private.html", "framed.html"
PostedForm = Annotated[Form, Depends(posted_form)]


def sign_up_pages(doorway: Doorway, page: PageRenderer, frame_policy: str) -> APIRouter:
    """Return the routes of the form and of the box in a frame.

    *frame_policy* is the Content-Security-Policy of what others may frame.
    """
    pages = _SigningUp(doorway, page, frame_policy)
    router = APIRouter()
    router.add_api_route("/subscribe", pages.subscribe, methods=WRITE)
    if doorway.proof_of_work:
        router.add_api_route("/challenge", pages.challenge, methods=["GET"])
    router.add_api_route("/embed/{newsletter}", pages.box_in_frame, methods=READ)
    return router


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a form that was filled in well asks for."""

    address: EmailAddress
    newsletters: tuple[str, ...]


class _SigningUp:
    def __init__(self, doorway: Doorway, page: PageRenderer, frame_policy: str) -> None:
        self._at = doorway
        self._page = page
        self._frame_policy = {"Content-Security-Policy": frame_policy}
        # Made once: what is sent can't differ from address to address (S06).
        self._inbox = {layout: bytes(page("inbox.html", layout=layout).body) for layout in (PLAIN, FRAMED)}

    def challenge(self) -> dict[str, str | int]:
        """Return the challenge for a form; nothing is kept of it, for a GET changes nothing (S01)."""
        if self._at.proof_of_work is None:
            raise HTTPException(NOT_FOUND)
        return self._at.proof_of_work.challenge(self._at.clock())

    def box_in_frame(self, newsletter: str) -> Response:
        offered = self._at.newsletters.get(newsletter)
        if offered is None:
            raise HTTPException(NOT_FOUND)
        box = Box({newsletter: offered}, self._at.stamp(), frame=newsletter)
        return self._show("embed.html", newsletter, box=box)

    async def subscribe(self, request: Request, form: PostedForm) -> Response:
        frame = form.one("frame") if form.one("frame") in self._at.newsletters else ""
        if form.one(HONEYPOT):
            return self._check_inbox(frame)  # a machine learns nothing, and nothing is written (S08)
        wish = self._read(form, frame)
        if isinstance(wish, Box):
            return self._show("signup.html", frame, BAD_REQUEST, box=wish, again=False)
        better = suggestion(wish.address.domain)
        if better and not form.one("checked"):
            box = self._box(form, frame)
            return self._show("hint.html", frame, box=box, typed=wish.address, better=f"{wish.address.local}@{better}")
        return await self._register(request, form, wish, frame)

    async def _register(self, request: Request, form: Form, wish: _Wish, frame: str) -> Response:
        told = {"stamp": form.one("stamp"), "proof": form.one("proof"), "page": self._home(frame)}
        answer = await self._at.register(request, wish.address, wish.newsletters, **told)
        if answer is Answer.BUSY:
            response = self._show("busy.html", frame, TOO_MANY)
            response.headers["Retry-After"] = str(self._at.registrar.retry_after)
            return response
        if answer is Answer.AGAIN:
            return self._show("signup.html", frame, box=self._box(form, frame), again=True)
        return self._check_inbox(frame)

    def _read(self, form: Form, frame: str) -> _Wish | Box:
        """Return what *form* asks for, or the box with what is wrong in it."""
        address, chosen = self._at.read_address(form.one("email")), read_choice(form, self._at.newsletters)
        if isinstance(address, EmailAddress) and chosen:
            return _Wish(address, chosen)
        email_error = address if isinstance(address, str) else ""
        choice_error = "" if chosen else NOT_OFFERED if form.one("newsletter") else NOT_CHOSEN
        return self._box(form, frame, email_error=email_error, choice_error=choice_error)

    def _box(self, form: Form, frame: str, **errors: str) -> Box:
        """Return the box as it was filled in, with a stamp of now."""
        chosen = read_choice(form, self._at.newsletters)
        shown = self._shown(chosen, frame)
        shown_as = {"frame": frame, "proof": form.one("proof")}
        return Box(shown, self._at.stamp(), form.one("email").strip(), chosen, **shown_as, **errors)

    def _shown(self, chosen: tuple[str, ...], frame: str) -> Mapping[str, OfferedNewsletter]:
        """Return the newsletters to choose from: a box that stood for one newsletter asks about no other."""
        one = frame or (chosen[0] if len(chosen) == 1 else "")
        return {one: self._at.newsletters[one]} if one else self._at.newsletters

    def _check_inbox(self, frame: str) -> Response:
        body = self._inbox[FRAMED if frame else PLAIN]
        return self._guarded(HTMLResponse(body), frame)

    def _show(self, template: str, frame: str, status: int = NOTHING_WRONG, **values: Any) -> Response:
        return self._guarded(self._page(template, status, layout=FRAMED if frame else PLAIN, **values), frame)

    def _guarded(self, response: Response, frame: str) -> Response:
        response.headers.update(PRIVATE | (self._frame_policy if frame else {}))
        return response

    def _home(self, frame: str) -> str:
        return f"{self._at.home}/embed/{frame}" if frame else f"{self._at.home}/"
