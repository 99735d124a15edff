"""Telling: notices that are due go to operators by mail, to a webhook, and to the switch outside.

What could not be told is told later; nothing here waits longer than some seconds for anybody, and nothing is sent to
readers. The addresses of webhook and switch are the operator's own words, so they may be on a private network; they
are asked directly, and no redirect is followed, so nobody else can lead us there.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version

from digest.alerts import store
from digest.alerts.store import Alert, Notice
from digest.alerts.wording import line_of, posted, text_of
from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.resolving import addresses_of, system_resolver
from digest.articles.retrieval.target import Target
from digest.articles.retrieval.user_agent import user_agent
from digest.articles.retrieval.web import Web
from digest.database import Database
from digest.delivery.alarm import Alarm, sound
from digest.errors import DigestError
from digest.settings import Settings

WEBHOOK, SWITCH = "webhook", "switch"
WAIT_SECONDS, TOTAL_SECONDS, MAIL_SECONDS = 5.0, 15.0, 90.0
_OK = range(200, 300)
_log = logging.getLogger(__name__)


def channels_of(settings: Settings) -> tuple[str, ...]:
    """Return by which channels alerts are told: the operators' addresses, and `webhook` where there is one."""
    return (*settings.operators, *([WEBHOOK] if settings.alerts.webhook_url else []))


async def tell_due(database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Tell what is due, all at once, and record what came of each.

    Raises:
        DBAPIError: the database can't be used; what was told may be told again.
    """
    notices = await asyncio.to_thread(_claim, database, clock())
    problems = await asyncio.gather(*(tell(settings, notice, clock()) for notice in notices))
    for notice, problem in zip(notices, problems, strict=True):
        if problem:
            how = "mail" if "@" in notice.channel else notice.channel
            _log.warning("%s could not be told by %s, which is tried again: %s", notice.about, how, problem)
        await asyncio.to_thread(_record, database, notice, problem, clock())


async def tell(settings: Settings, notice: Notice, now: datetime) -> str | None:
    """Tell one *notice*; return what was in the way, or None."""
    try:
        if notice.channel == WEBHOOK:
            return await _post(settings, notice)
        if notice.channel == SWITCH:
            return await _ping(settings, notice)
        return await _mail(settings, notice, now)
    except (DigestError, NotFetchedError) as error:
        return str(error)


async def _mail(settings: Settings, notice: Notice, now: datetime) -> str | None:
    if notice.channel not in settings.operators:
        return None  # who is no operator any more need not hear of it
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            return await sound(settings, notice.channel, _alarm_of(notice, settings.site.name), now)
    except TimeoutError:
        return f"the relay did not take it within {MAIL_SECONDS:g} seconds"


def _alarm_of(notice: Notice, site: str) -> Alarm:
    if notice.alert is None:
        return Alarm(notice.about, f"Test: alerts of {site}", f"This is a test. Alerts of {site} reach you.\n")
    is_over = _is_over(notice)
    return Alarm(notice.about, line_of(notice.alert, is_over=is_over), text_of(notice.alert, is_over=is_over))


async def _post(settings: Settings, notice: Notice) -> str | None:
    url = settings.alerts.webhook_url
    if url is None:
        return None
    body = (
        posted(notice.alert, settings.site.name, is_over=_is_over(notice))
        if notice.alert
        else json.dumps({"event": "test", "text": f"{settings.site.name}: this is a test of alerts"}).encode()
    )
    return await _asked(settings, url.get_secret_value(), body)


async def _ping(settings: Settings, notice: Notice) -> str | None:
    url = settings.alerts.switch_urls.get(notice.about.partition("/")[0])
    return await _asked(settings, url.get_secret_value(), None) if url else None


async def _asked(settings: Settings, url: str, body: bytes | None) -> str | None:
    """Ask an address of the operator's, and return what was in the way. Its path may hold a key and is never said."""
    agent = user_agent(settings.site, version("headline-digest"))
    web, executor = Web(agent, WAIT_SECONDS), ThreadPoolExecutor(1, "look-up")
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            target = Target.parse(url)
            numbers = await addresses_of(target, system_resolver(executor), {target.host})
            async with web.asked(target, numbers, headers, body) as answer:
                return None if answer.status in _OK else f"{target.authority} answers {answer.status}"
    except TimeoutError:
        return f"it did not answer within {TOTAL_SECONDS:g} seconds"
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        await web.close()


def _is_over(notice: Notice) -> bool:
    return notice.about.endswith(f" {store.OVER}")


def notice_of(alert: Alert | None, channel: str, about: str, now: datetime) -> Notice:
    """Return a notice that stands in no table: a test."""
    return Notice(0, channel, about, alert, now)


def _claim(database: Database, now: datetime) -> list[Notice]:
    with database.reading() as session:
        if not store.has_due(session, now):
            return []
    with database.writing() as session:
        return store.claim_notices(session, now)


def _record(database: Database, notice: Notice, problem: str | None, now: datetime) -> None:
    with database.writing() as session:
        store.told(session, notice, problem, now)
