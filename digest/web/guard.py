"""The headers that every answer carries."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Our pages hold no script, no picture and no frame, and their forms post to us alone.
PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
STANDING = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Private unless a page says otherwise: forgetting it costs speed, not a reader's token.
    "Cache-Control": "no-store",
}


class Guard:
    """Middleware that puts the standing headers on whatever leaves, except where an answer set its own.

    *policy* is the Content-Security-Policy of pages that name none.
    """

    def __init__(self, app: ASGIApp, policy: str = PAGE_POLICY) -> None:
        self._app = app
        self._standing = STANDING | {"Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._standing.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)
