"""Picture every page of the site, as a phone and a desk show it by day and by night, into out/pages.

Runs the demo's newsroom on this machine, walks through a reader's whole life in Chromium, and keeps of every page it
meets `NAME-WIDTH-SCHEME.png`. For people to look at: nothing compares them.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from sqlmodel import col, select

from digest.cli.embed import pasted_box
from digest.database import Database
from digest.demo.catcher import Catcher
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.demo.story import NEWSLETTER, live_a_morning
from digest.settings import NewsletterSettings, Settings
from digest.web.application import web_app
from digest.web.serving import address_of
from digest.web.signing_up import registrar_running
from subscribers.address_change import forget_lapsed_wishes
from subscribers.lifecycle_store import mark_asked
from subscribers.signup_tables import SystemMail
from subscribers.stamp import stamp
from subscribers.subscriber import CONFIRM_WITHIN
from subscribers.suppression_store import suppress
from subscribers.tables import Subscriber, Subscription
from subscribers.tokens import Keyring, Purpose, keyring

OUT = Path(__file__).resolve().parent.parent / "out" / "pages"
WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
ERASED = 99_999
READER = "ada.lindqvist@example.org"
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Tour:
    """A site that is served at *base*, with a published edition of *newsletter* and one who reads it."""

    base: str
    settings: Settings
    database: Database
    newsletter: str
    address: str
    now: datetime

    def walk(self, page: Page) -> Iterator[str]:
        """Show every page in turn in *page*; give its name once it stands there."""
        yield from self._first_pages(page)
        yield from self._ways_in(page)
        yield from self._answers(page)
        yield from self._links_of_an_edition(page)
        yield from self._own_affairs(page)
        yield from self._limits(page)

    def _first_pages(self, page: Page) -> Iterator[str]:
        looks = {
            "front": "/",
            "archive": f"/archive/{self.newsletter}",
            "embed": f"/embed/{self.newsletter}",
            "missing": "/nothing",
            "bad-link": "/u/cut",
            "outdated-link": "/preferences/cut",
            "nobody": self._link("u", Purpose.UNSUBSCRIBE, 0),
            "forgotten": self._link("u", Purpose.UNSUBSCRIBE, ERASED),
            "lapsed": self._link("confirm", Purpose.CONFIRM, ERASED),
        }
        for name, path in looks.items():
            page.goto(self.base + path)
            yield name
        page.goto("about:blank")
        box = pasted_box(self.settings.site, self.newsletter, self._newsletter)
        page.set_content(f"<!doctype html><html lang=en><title>A story</title><main><h1>A story</h1>{box}</main>")
        yield "pasted-box"

    def _ways_in(self, page: Page) -> Iterator[str]:
        tries: Mapping[str, Fields] = {
            "wrong-address": self._form("ann@example"),
            "none-chosen": [pair for pair in self._form("ann@example.org") if pair[0] != "newsletter"],
            "hint": self._form("ann@gmial.com"),
            "frame-wrong": [*self._form(""), ("frame", self.newsletter)],
            "frame-inbox": [*self._form("framed@example.org"), ("frame", self.newsletter)],
            "inbox": self._form("ann@example.org"),
        }
        for name, fields in tries.items():
            self._post(page, "/subscribe", fields)
            yield name

    def _answers(self, page: Page) -> Iterator[str]:
        mail = self._let_out("ann@example.org")
        confirm, not_me = self._link("confirm", Purpose.CONFIRM, mail), self._link("not-me", Purpose.DENY, mail)
        for name, path in {"confirm": confirm, "not-me": not_me}.items():
            page.goto(self.base + path)
            yield name
        self._post(page, confirm, {"latest": "1"})
        yield "confirmed"
        leave = self._link("u", Purpose.UNSUBSCRIBE, self._subscription("ann@example.org"))
        page.request.post(self.base + leave, form={"act": "leave"})
        page.goto(self.base + confirm)
        yield "settled"
        self._post(page, not_me, {})
        yield "not-me-done"
        self._post(page, leave, {"act": "return"})
        yield "suppressed"

    def _links_of_an_edition(self, page: Page) -> Iterator[str]:
        number = self._subscription(self.address)
        leave = self._link("u", Purpose.UNSUBSCRIBE, number)
        preferences = self._preferences_link(self.address)
        page.goto(self.base + leave)
        yield "leave"
        self._post(page, leave, {"act": "leave"})
        yield "left"
        self._post(page, leave, {"act": "return"})
        yield "returned"
        page.goto(self.base + preferences)
        yield "preferences"
        self._post(page, preferences, {"act": "timezone", "timezone": "America/Argentina/Buenos_Aires"})
        yield "preferences-timezone"
        self._post(page, preferences, {"pause": "14", "newsletter": self.newsletter})
        yield "preferences-paused"
        with self.database.writing() as session:
            suppress(session, self.address, keyring=self._ring, reason="complained", now=self.now)
        page.goto(self.base + preferences)
        yield "preferences-suppressed"

    def _own_affairs(self, page: Page) -> Iterator[str]:
        (reader, taken), new = self._others(), "bruno@example.net"
        preferences = self._preferences_link(reader)
        tries: Mapping[str, Fields] = {
            "address": {"act": "address"},
            "address-wrong": {"act": "change", "email": "bruno@example"},
            "address-hint": {"act": "change", "email": "bruno@gmial.com"},
            "address-asked": {"act": "change", "email": new},
        }
        for name, fields in tries.items():
            self._post(page, preferences, fields)
            yield name
        self._post(page, preferences, {"act": "change", "email": taken})
        self._post(page, self._change_link(taken), {})
        yield "taken"
        change, lapsed = self._change_link(new), self._change_link(taken)
        page.goto(self.base + change)
        yield "change"
        self._post(page, change, {})
        yield "changed"
        with self.database.writing() as session:
            forget_lapsed_wishes(session, self.now + CONFIRM_WITHIN)
        self._post(page, lapsed, {})
        yield "settled-change"
        yield from self._last_affairs(page, self._preferences_link(new))

    def _last_affairs(self, page: Page, preferences: str) -> Iterator[str]:
        for number in range(4):
            self._post(page, preferences, {"act": "change", "email": f"new{number}@example.net"})
        yield "address-busy"
        self._post(page, preferences, {"act": "erase"})
        yield "erase"
        with self.database.writing() as session:
            session.exec(select(SystemMail).where(SystemMail.new_email == "new0@example.net")).one().status = "claimed"
        self._post(page, preferences, {"act": "erase-all"})
        yield "not-erased-yet"
        with self.database.writing() as session:
            for row in session.exec(select(SystemMail).where(SystemMail.status == "claimed")):
                row.status = "sent"
        self._post(page, preferences, {"act": "erase-all"})
        yield "erased"

    def _limits(self, page: Page) -> Iterator[str]:
        signup = self.settings.signup
        for number in range(signup.unstamped_per_ip_hour):
            self._send(page, f"again{number}@example.org", stamped="")
        self._post(page, "/subscribe", self._form("again@example.org", stamped=""))
        yield "again"
        for number in range(signup.per_ip_hour):
            self._send(page, f"busy{number}@example.org")
        self._post(page, "/subscribe", self._form("busy@example.org"))
        yield "busy"

    def _form(self, email: str, stamped: str | None = None) -> list[tuple[str, str]]:
        ours = stamp(self._ring, self.now - timedelta(minutes=1)) if stamped is None else stamped
        return [("email", email), ("newsletter", self.newsletter), ("stamp", ours)]

    def _send(self, page: Page, email: str, stamped: str | None = None) -> None:
        page.request.post(f"{self.base}/subscribe", form=dict(self._form(email, stamped)))

    def _post(self, page: Page, path: str, fields: Fields) -> None:
        """Post a form from a page of nobody's, as a pasted box does."""
        told = fields.items() if isinstance(fields, Mapping) else fields
        inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in told)
        page.goto("about:blank")
        page.set_content(f'<form method="post" action="{self.base}{path}">{inputs}<button>Go</button></form>')
        with page.expect_navigation():
            page.click("button")

    def _let_out(self, address: str) -> int:
        """Let the mail that asks *address* to confirm go out, as the postman does; return its number."""
        with self.database.writing() as session:
            newest = select(SystemMail).join(Subscriber, col(Subscriber.id) == col(SystemMail.subscriber_id))
            mail = session.exec(newest.where(Subscriber.email == address)).one()
            mail.status = "sent"
            mark_asked(session, mail.subscriber_id, mail.id or 0)
            return mail.id or 0

    def _others(self) -> Sequence[str]:
        """Return the addresses of two who read the newsletter too."""
        theirs = select(Subscriber.email).join(Subscription).where(Subscription.newsletter == self.newsletter)
        others = theirs.where(Subscription.status == "active", Subscriber.email != self.address)
        with self.database.reading() as session:
            return session.exec(others.order_by(col(Subscriber.id)).limit(2)).all()

    def _change_link(self, wished_for: str) -> str:
        with self.database.reading() as session:
            mail = session.exec(select(SystemMail.id).where(SystemMail.new_email == wished_for)).one()
        return self._link("change", Purpose.CHANGE, mail or 0)

    def _subscription(self, address: str) -> int:
        with self.database.reading() as session:
            theirs = select(Subscription.id).join(Subscriber).where(Subscriber.email == address)
            return session.exec(theirs.where(Subscription.newsletter == self.newsletter)).one() or 0

    def _preferences_link(self, address: str) -> str:
        number = self._subscription(address)
        return f"/preferences/{self._ring.sign(Purpose.PREFERENCES, number, bound_to=address)}"

    def _link(self, way: str, purpose: Purpose, number: int) -> str:
        return f"/{way}/{self._ring.sign(purpose, number)}"

    @property
    def _ring(self) -> Keyring:
        return keyring(self.settings.site.all_secrets)

    @property
    def _newsletter(self) -> NewsletterSettings:
        return self.settings.newsletters[self.newsletter]


def _with_a_second_newsletter(settings: Settings) -> Settings:
    """Return *settings* with something to choose from; the first comes on readers' own mornings."""
    first = settings.newsletters[NEWSLETTER].model_copy(update={"mornings": "reader"})
    told = {"name": "The Weekend Reader", "pitch": "Long reads for slow mornings.", "days": ("sat",)}
    second = settings.newsletters[NEWSLETTER].model_copy(update=told)
    return settings.model_copy(update={"newsletters": {NEWSLETTER: first, "weekend-reader": second}})


def _take_pictures(tour: Tour, page: Page) -> int:
    taken = 0
    for name in tour.walk(page):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 720})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=OUT / f"{name}-{width}-{scheme}.png", full_page=True)
                taken += 1
    return taken


def main() -> int:
    """Take the pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("page_pictures: needs chromium on the PATH", file=sys.stderr)
        return 1
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    now, listener = datetime.now(UTC), bind_loopback()
    with tempfile.TemporaryDirectory() as folder:
        with Catcher() as catcher:
            base = address_of(listener)
            morning = asyncio.run(live_a_morning(Path(folder), base, catcher, lambda: now))
        settings = _with_a_second_newsletter(morning.settings)
        tour = Tour(base, settings, morning.database, NEWSLETTER, READER, now)
        with (
            registrar_running(settings, morning.database, lambda: now, lambda: None) as registrar,
            serve_in_thread(web_app(settings, morning.database, lambda: now, registrar), listener),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
            count = _take_pictures(tour, browser.new_page())
            browser.close()
        morning.database.close()
    print(f"{count} pictures of pages are in {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
