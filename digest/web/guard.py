"""The headers that every answer carries.

An answer keeps each header that it set itself. A page that others may frame says so once, in its own
Content-Security-Policy: `frame-ancestors` with anything but `'none'`. It then gets no `X-Frame-Options`, which could
name no other site. `embed_policy` gives such a policy; pages in `subscribers`, which know nothing of this package, are
handed it.
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "default-src 'none'; style-src 'self'; {more}base-uri 'none'; form-action 'self'; frame-ancestors {framers}"
# Our pages hold no script, no picture and no frame, and their forms post to us alone.
PAGE_POLICY = POLICY.format(framers="'none'", more="")
# But for the one script that solves a form's challenge and asks us for it, where the newsroom wants that (S08).
ONE_SCRIPT = "script-src 'self'; connect-src 'self'; "
STANDING = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Private unless a page says otherwise: forgetting it costs speed, not a reader's token.
    "Cache-Control": "no-store",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment")
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
# For a year, and for this host alone: what else stands below its domain is not ours to bind.
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def embed_policy(framers: str, *, has_script: bool = False) -> str:
    """Return the Content-Security-Policy of a page that *framers*, the sources of `frame-ancestors`, may frame."""
    return POLICY.format(framers=framers, more=ONE_SCRIPT if has_script else "")


def standing_headers(base_url: str) -> Mapping[str, str]:
    """Return the headers of every answer of the site at *base_url*: on https, browsers are to insist on it."""
    return STANDING | HTTPS_ONLY if base_url.startswith("https://") else STANDING


def put_guard_on(headers: MutableHeaders, standing: Mapping[str, str] = STANDING) -> None:
    """Add to an answer's *headers* the *standing* ones that it has not set itself, and who may show it in a page.

    That is nobody, but for a picture, and for a page whose own policy says by whom it may be framed.
    """
    for name, value in standing.items():
        headers.setdefault(name, value)
    if not _may_be_framed(headers["Content-Security-Policy"]):
        headers.setdefault("X-Frame-Options", "DENY")
    # An archived mail stands in a sandbox, where our own pictures come from elsewhere.
    is_picture = headers.get("Content-Type", "").startswith("image/")
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_picture else "same-origin")


def _may_be_framed(policy: str) -> bool:
    directives = [directive.split() for directive in policy.lower().split(";") if directive.strip()]
    return any(name == "frame-ancestors" and framers != ["'none'"] for name, *framers in directives)


class Guard:
    """Middleware that puts the standing headers on whatever leaves, except where an answer set its own.

    *policy* is the Content-Security-Policy of pages that name none. *standing* are the headers themselves.
    """

    def __init__(self, app: ASGIApp, policy: str = PAGE_POLICY, standing: Mapping[str, str] = STANDING) -> None:
        self._app = app
        self._standing = {**standing, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                put_guard_on(MutableHeaders(scope=message), self._standing)
            await send(message)

        await self._app(scope, receive, send_guarded)
