"""`/metrics`: the figures as Prometheus reads them, for this machine or for who knows the token."""

import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from digest.clock.rows import read_rows
from digest.database import Database
from digest.monitor import figures_store as store
from digest.monitor.figures import Figures, done_by_newsletter, lateness
from digest.monitor.kept import Kept
from digest.settings import Settings
from digest.settings.values import is_loopback
from subscribers.client_address import client_ip

FRESH_SECONDS, SUBSCRIPTIONS_SECONDS = 5.0, 60.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NOT_FOUND = 404
# Whoever comes through a proxy carries one of these, and is not of this machine.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
_OUTCOMES = ("eligible", "sent", "failed", "unknown", "skipped")


def metrics_page(settings: Settings, database: Database, clock: Callable[[], datetime]) -> APIRouter:
    """Return the route of `/metrics`; to anybody who may not see it, there is none. *clock* gives the time in UTC."""
    registry = CollectorRegistry()
    registry.register(Service(settings, database, clock))
    router = APIRouter()

    def metrics(request: Request) -> Response:
        if not _may_see(request, settings):
            raise HTTPException(NOT_FOUND)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE})

    router.add_api_route("/metrics", metrics, methods=["GET", "HEAD"])
    return router


def _may_see(request: Request, settings: Settings) -> bool:
    token = settings.web.metrics_token
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    peer = client_ip(request.client.host if request.client else None, (), ())
    return peer is not None and is_loopback(peer)


class Service(Collector):
    """Collects the figures of a service, read from its database every few seconds at the most."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._figures = Kept(self._find, FRESH_SECONDS)
        self._subscriptions = Kept(self._count_subscriptions, SUBSCRIPTIONS_SECONDS)

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: the database need not answer when this is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give every figure there is."""
        now, figures = self._clock(), self._figures.get()
        yield InfoMetricFamily("digest_build", "What runs here.", {"version": version("headline-digest")})
        yield from _of_editions(figures)
        yield _gauge(
            "digest_edition_late_seconds",
            "Past its send_at is the oldest edition that is not settled; 0 when none is due.",
            ("newsletter",),
            {(slug,): seconds for slug, seconds in lateness(self._settings, figures.rows, now).items()},
        )
        yield from _of_queues(figures, now)
        yield _gauge(
            "digest_subscriptions",
            "Subscriptions by status; pending ones have not confirmed. Up to a minute old.",
            ("newsletter", "status"),
            self._subscriptions.get(),
        )
        yield from _of_sources(figures)
        yield from _of_lease(figures)

    def _find(self) -> Figures:
        rows = read_rows(self._database, self._settings, self._clock())
        with self._database.reading() as session:
            waiting, due_at = store.waiting_mails(session)
            return Figures(
                store.tallies(session), store.under_way(session), waiting, due_at, store.lease_sign(session), rows
            )

    def _count_subscriptions(self) -> dict[tuple[str, ...], float]:
        with self._database.reading() as session:
            return store.subscriptions(session)


def _of_editions(figures: Figures) -> Iterator[Metric]:
    yield _gauge(
        "digest_editions",
        "Editions by status.",
        ("newsletter", "status"),
        {(one.newsletter, one.status): one.editions for one in figures.tallies},
    )
    sent = [one for one in figures.tallies if one.status == "sent"]
    yield _gauge(
        "digest_deliveries",
        "Deliveries of settled editions by outcome; eligible is their sum.",
        ("newsletter", "outcome"),
        {(one.newsletter, name): getattr(one, name) for one in sent for name in _OUTCOMES},
    )
    yield _gauge(
        "digest_edition_settled_timestamp_seconds",
        "When the last delivery of the newest settled edition was settled.",
        ("newsletter",),
        {(one.newsletter,): one.last_settled_at.timestamp() for one in sent if one.last_settled_at},
    )
    done = CounterMetricFamily(
        "digest_deliveries_done",
        "Deliveries that are settled, those of editions under way included: its rate is the rate of sending.",
        labels=("newsletter",),
    )
    for newsletter, number in done_by_newsletter(figures).items():
        done.add_metric((newsletter,), number)
    yield done


def _of_queues(figures: Figures, now: datetime) -> Iterator[Metric]:
    by_state: dict[tuple[str, ...], float] = {}
    oldest: dict[tuple[str, ...], float] = {}
    for one in figures.under_way:
        for state in ("queued", "claimed", "unknown"):
            named = (one.newsletter, state)
            by_state[named] = by_state.get(named, 0) + getattr(one, state)
        if one.queued + one.claimed:
            age = max((now - one.since).total_seconds(), 0)
            oldest[one.newsletter,] = max(age, oldest.get((one.newsletter,), 0))
    yield _gauge(
        "digest_queue",
        "Deliveries of editions under way: queued, claimed by a sender, or unknown.",
        ("newsletter", "state"),
        by_state,
    )
    yield _gauge(
        "digest_queue_age_seconds",
        "So long have the oldest deliveries waited that are open: since send_at, or since their readers' own morning.",
        ("newsletter",),
        oldest,
    )
    waited = (now - figures.mails_due_at).total_seconds() if figures.mails_due_at else 0
    yield _gauge(
        "digest_signup_mails_waiting", "Mails that ask to confirm, not sent yet.", (), {(): figures.mails_waiting}
    )
    yield _gauge("digest_signup_mails_age_seconds", "Overdue is the oldest of them.", (), {(): max(waited, 0)})


def _of_sources(figures: Figures) -> Iterator[Metric]:
    healths = figures.healths
    yield _gauge(
        "digest_source_failures",
        "Failures in a row of a source.",
        ("source",),
        {(name,): health.failures for name, health in healths.items()},
    )
    for key, words in (("succeeded", "was last read well"), ("newest", "published its newest article")):
        instants = {(name,): getattr(health, f"{key}_at") for name, health in healths.items()}
        yield _gauge(
            f"digest_source_{key}_timestamp_seconds",
            f"When a source {words}.",
            ("source",),
            {name: instant.timestamp() for name, instant in instants.items() if instant},
        )


def _of_lease(figures: Figures) -> Iterator[Metric]:
    lease = figures.lease
    yield _gauge("digest_lease_held", "1 while a process reads feeds and sends editions.", (), {(): int(bool(lease))})
    beats = CounterMetricFamily("digest_lease_beats", "Its signs of life: one that stands still is dead.")
    if lease:
        beats.add_metric((), lease.beats)
    yield beats


def _gauge(name: str, words: str, labels: tuple[str, ...], values: dict[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for named, value in values.items():
        family.add_metric(named, value)
    return family
