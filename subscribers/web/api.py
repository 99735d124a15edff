"""Signing up by program: a small JSON API that describes itself (OpenAPI), with the rules of the form.

An application of its own, mounted beside the pages: its errors are JSON where theirs are pages.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from subscribers.form import LARGEST_BODY
from subscribers.signup import Answer
from subscribers.timezone import UnknownZoneError, zone_named
from subscribers.web.doorway import Doorway

ACCEPTED, UNREADABLE, TOO_LARGE, UNPROCESSABLE, TOO_MANY, UNAVAILABLE = 202, 400, 413, 422, 429, 503
RETRY_SECONDS = "60"
DESCRIPTION = """
Sign readers up for newsletters. Whoever is signed up gets one mail with a button, and nothing else before they press
it. The answer to an address is the same whatever is known of it: nobody learns here who reads what.
"""


class Wanted(BaseModel):
    """Who wants which newsletters."""

    email: Annotated[str, Field(max_length=320, description="The reader's address.", examples=["ann@example.org"])]
    newsletters: Annotated[
        list[str],
        Field(min_length=1, max_length=100, description="The newsletters' slugs.", examples=[["daily-headlines"]]),
    ]
    proof: Annotated[
        str,
        Field(
            max_length=2048,
            description="A solved challenge of `GET /challenge` (altcha's payload), where the site hands them out: with"
            " one the wider limits of the form hold.",
        ),
    ] = ""
    timezone: Annotated[
        str,
        Field(
            max_length=64,
            description="Where the reader lives, by the IANA's names, for newsletters on readers' own mornings;"
            " kept of who is new.",
            examples=["Europe/Lisbon"],
        ),
    ] = ""


class Accepted(BaseModel):
    """The sign-up was taken down; whether a mail follows is between us and the address."""

    status: Literal["accepted"] = "accepted"


class Fault(BaseModel):
    """One thing that is wrong: where in the request, and what, for a person."""

    loc: list[str | int]
    msg: str


class Faults(BaseModel):
    """Why a request can't be taken down."""

    detail: list[Fault]


class Refusal(BaseModel):
    """Why a request is not taken down now."""

    detail: str


ANSWERS: dict[int | str, dict[str, object]] = {
    UNREADABLE: {"model": Refusal, "description": "The body can't be read at all."},
    TOO_LARGE: {"model": Refusal, "description": "The body is too large."},
    UNPROCESSABLE: {"model": Faults, "description": "Something in the request is wrong; nothing was taken down."},
    TOO_MANY: {"model": Refusal, "description": "Too many sign-ups from one network; `Retry-After` says when."},
    UNAVAILABLE: {"model": Refusal, "description": "The database does not answer; `Retry-After` says when."},
}


def sign_up_api(doorway: Doorway, origins: Sequence[str]) -> FastAPI:
    """Return the application to mount at `/api`; scripts on pages of *origins* may call it."""
    api = FastAPI(title="Sign-ups", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None)
    api.add_api_route(
        "/subscriptions",
        _subscribe(doorway),
        methods=["POST"],
        status_code=ACCEPTED,
        response_model=Accepted,
        responses=ANSWERS,
        summary="Sign a reader up",
        operation_id="signUp",
    )
    api.exception_handler(RequestValidationError)(_wrong)
    api.exception_handler(DBAPIError)(_unavailable)
    api.exception_handler(PoolTimeoutError)(_unavailable)
    api.add_middleware(_SmallBodies)
    if origins:
        api.add_middleware(
            CORSMiddleware, allow_origins=list(origins), allow_methods=["POST"], allow_headers=["content-type"]
        )
    return api


def _subscribe(doorway: Doorway) -> Callable[[Request, Wanted], Awaitable[Accepted]]:
    async def subscribe(request: Request, wanted: Wanted) -> Accepted:
        """Take down that a reader wants newsletters, and mail them the button, at most once a day."""
        address, slugs = doorway.read_address(wanted.email), tuple(dict.fromkeys(wanted.newsletters))
        if isinstance(address, str):
            raise _fault("email", address)
        if not all(slug in doorway.newsletters for slug in slugs):
            raise _fault("newsletters", f"There are only: {', '.join(doorway.newsletters)}.")
        try:
            timezone = zone_named(wanted.timezone) if wanted.timezone else None
        except UnknownZoneError as error:
            raise _fault("timezone", f"{error}.") from error
        # No form of ours was handed out: without a proof of work the stricter limits hold (S08).
        answer = await doorway.register(
            request, address, slugs, stamp=None, proof=wanted.proof, page=None, timezone=timezone
        )
        if answer is not Answer.ACCEPTED:
            headers = {"Retry-After": str(doorway.registrar.retry_after)}
            raise HTTPException(TOO_MANY, "Too many sign-ups from this network.", headers)
        return Accepted()

    return subscribe


def _fault(field: str, words: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", field), "msg": words}])


async def _wrong(_request: Request, error: Exception) -> Response:
    """Tell what is wrong, but not what was sent: it may hold what can't be written down again."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    faults = Faults(detail=[Fault(loc=list(one["loc"]), msg=one["msg"]) for one in found])
    return JSONResponse(faults.model_dump(), status_code=UNPROCESSABLE)


async def _unavailable(_request: Request, _error: Exception) -> Response:
    words = Refusal(detail="Please try again in a minute: the database does not answer.")
    return JSONResponse(words.model_dump(), status_code=UNAVAILABLE, headers={"Retry-After": RETRY_SECONDS})


class _SmallBodies:
    """Middleware that stops reading a body which no request of ours needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def receive_little() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(TOO_LARGE, "The body is too large.")
            return message

        await self._app(scope, receive_little, send)
