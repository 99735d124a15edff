"""One feed, fetched: asked for only if it changed, through redirects, within every bound."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from typing import NoReturn

from digest.articles.canonical_url import joined
from digest.articles.feeds.feed_date import feed_instant
from digest.articles.retrieval.manners import Manners
from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.resolving import Resolve, addresses_of, open_to
from digest.articles.retrieval.target import Target
from digest.articles.retrieval.web import Answer, Web

_OK, _NOT_MODIFIED, _TOO_MANY, _UNAVAILABLE = 200, 304, 429, 503
_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
_LONGEST_VALIDATOR = 500
_WORDS = {
    401: "it asks for a password",
    403: "it is forbidden to us",
    404: "it is not there",
    410: "it is gone for good",
    429: "we asked too often",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one retrieval may cost: *total_seconds* in all, *most_bytes* unpacked, so many *redirects*."""

    total_seconds: float
    most_bytes: int
    redirects: int
    private_hosts: Collection[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: an address, and by what its last answer is known."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What came: `body` None where nothing changed.

    `url` is where it came from, `moved_to` that or a place on the way if it has moved there for good. `charset` is
    what the server says of the encoding.
    """

    url: str
    moved_to: str | None
    body: bytes | None
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Retriever:
    """Fetches feeds by *web*, with the names that *resolve* knows, within *bounds* and with *manners*."""

    def __init__(self, web: Web, resolve: Resolve, bounds: Bounds, manners: Manners) -> None:
        self._web = web
        self._resolve = resolve
        self._bounds = bounds
        self._manners = manners

    async def retrieve(self, wanted: Wanted, now: datetime) -> Retrieved:
        """Return what *wanted* answers, *now* (UTC) being the time that a Retry-After is counted from.

        Raises:
            NotFetchedError: It does not, or may not be asked, or exceeds a bound.
        """
        try:
            async with asyncio.timeout(self._bounds.total_seconds):
                return await self._through_redirects(wanted, now)
        except TimeoutError as error:
            raise NotFetchedError(
                f"it did not come whole within {self._bounds.total_seconds:g} seconds, [fetching] total_seconds"
            ) from error

    async def _through_redirects(self, wanted: Wanted, now: datetime) -> Retrieved:
        target, moved_to, is_moving = Target.parse(wanted.url), None, True
        seen = {str(target)}
        private_hosts = open_to(target, self._bounds.private_hosts)
        for _ in range(self._bounds.redirects + 1):
            numbers = await addresses_of(target, self._resolve, private_hosts)
            async with self._web.asked(target, numbers, _conditions(wanted)) as answer:
                if answer.status not in _REDIRECTS:
                    return await self._retrieved(answer, target, moved_to, wanted, now)
                target = _next(answer, target)
            if str(target) in seen:
                raise NotFetchedError(f"its redirects lead in a circle, back to {target}")
            seen.add(str(target))
            # Only an unbroken run of permanent ones is a move.
            is_moving = is_moving and answer.status in _PERMANENT
            moved_to = str(target) if is_moving else moved_to
            await self._manners.pause(target.host)
        raise NotFetchedError(f"it redirects more than {self._bounds.redirects} times, [fetching] redirects")

    async def _retrieved(
        self, answer: Answer, target: Target, moved_to: str | None, wanted: Wanted, now: datetime
    ) -> Retrieved:
        if answer.status == _NOT_MODIFIED and (wanted.etag or wanted.last_modified):
            return Retrieved(str(target), moved_to, None)
        if answer.status != _OK:
            _refuse(answer, now)
        body = await answer.body(self._bounds.most_bytes)
        etag, modified = (_validator(answer.headers.get(name)) for name in ("etag", "last-modified"))
        return Retrieved(str(target), moved_to, body, _charset(answer), etag, modified)


def _conditions(wanted: Wanted) -> dict[str, str]:
    told = {"If-None-Match": wanted.etag, "If-Modified-Since": wanted.last_modified}
    return {name: value for name, value in told.items() if value}


def _next(answer: Answer, target: Target) -> Target:
    location = answer.headers.get("location", "")
    if not location:
        raise NotFetchedError(f"it answers {answer.status}, a redirect, and does not say whereto")
    return Target.parse(joined(location, str(target)))


def _refuse(answer: Answer, now: datetime) -> NoReturn:
    asked = _silence(answer.headers.get("retry-after"), now)
    said = _WORDS.get(answer.status, "its server is in trouble" if answer.status >= 500 else "it has no feed for us")  # noqa: PLR2004 - RFC 9110 §15.6
    # One page of a server may be in trouble alone, unless it says for how long.
    is_hosts = answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and asked is not None)
    raise NotFetchedError(f"it answers {answer.status}: {said}", asked, for_host=is_hosts)


def _silence(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After, in seconds or as a date (RFC 9110 §10.2.3), asks for silence."""
    if not retry_after:
        return None
    if re.fullmatch(r"\d{1,8}", retry_after.strip(), re.ASCII):
        return timedelta(seconds=int(retry_after))
    until = feed_instant(retry_after)
    return max(until - now, timedelta()) if until else None


def _validator(value: str | None) -> str | None:
    """Return *value* if it can be sent back in a header as it came."""
    usable = value and len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    return value if usable else None


def _charset(answer: Answer) -> str | None:
    message = Message()
    message["Content-Type"] = answer.headers.get("content-type", "")
    found = message.get_param("charset")
    return found if isinstance(found, str) else None
