"""Dispatch: from a newsletter and a date to a settled edition. What `digest send` does, without a terminal."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from digest.building import BuiltEdition, build_edition
from digest.database import Database
from digest.delivery.crew import Assignment, crew, crew_size, patience_of, sending_loop
from digest.delivery.holding import hold, holds_back
from digest.delivery.ledger import Closing
from digest.delivery.outlets import Share, outlets_of, require_relay
from digest.delivery.proof import compile_for, pull_proof
from digest.delivery.publishing import (
    NotDueError,
    OvertakenError,
    Published,
    find_published,
    publish,
    refuse_unless_due,
    refuse_unsafe_rest,
    skip,
)
from digest.delivery.recovery import sort_out_the_dead
from digest.delivery.safeguards import AudienceError, NotApprovedError, Safeguards, refuse_unsafe
from digest.delivery.store import audience_size, forget_deadlines, settle
from digest.editions.calendar import Calendar
from digest.editions.edition import Edition
from digest.editions.mornings import Mornings
from digest.editions.release_store import frozen_audience
from digest.editions.store import find_edition, move_deadline
from digest.editions.window import Schedule
from digest.errors import BadInputError, DigestError
from digest.rendering.artifact import Artifact
from digest.rendering.inlining import inline_css
from digest.settings import Settings, SmtpSettings

MADE_ANEW = 5  # times at the most, when an editor decides something while it is being made


class MessageFaultError(DigestError):
    """The edition's message breaks the message standard; nothing was published or sent."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a dry run found: the edition as it would be, and how many readers it would go to.

    `obstacle` says in words why `send` would not publish it now; None when it would.
    """

    edition: BuiltEdition
    audience: int
    obstacle: str | None


def rehearse(
    database: Database,
    settings: Settings,
    slug: str,
    local_date: date,
    now: datetime,
    *,
    late: bool = False,
    expected: int | None = None,
) -> Rehearsal:
    """Build and check the edition of *local_date* as `prepare` would, and write nothing.

    Raises:
        MessageFaultError: its message breaks the message standard.
    """
    with database.reading() as session:
        built = build_edition(session, settings, slug, local_date)
        audience = audience_size(session, slug)
    newsletter = settings.newsletters[slug]
    held = f"it would be held: {built.hold}" if holds_back(database, built) else None
    obstacle = Calendar.of(newsletter).skips(local_date) or held or built.shortfall
    if find_published(database, slug, local_date):
        obstacle = "it is published already; sending again goes on where it stopped"
    try:
        refuse_unless_due(database, slug, built.schedule, now, late=late, settle=newsletter.settle)
        if built.artifact:
            safeguards = Safeguards.of(newsletter, expected)
            with database.reading() as session:
                refuse_unsafe(session, slug, local_date, built.artifact.sha256, audience, safeguards)
    except (NotDueError, NotApprovedError, AudienceError) as error:
        obstacle = obstacle or str(error)
    if built.artifact:
        _refuse_faulty(settings, slug, local_date, built.artifact, now)
    return Rehearsal(built, audience, obstacle)


async def prepare(
    database: Database,
    settings: Settings,
    slug: str,
    local_date: date,
    now: datetime,
    *,
    late: bool,
    wait: bool = True,
    expected: int | None = None,
    inline: Callable[[str], str] = inline_css,
) -> Published | Edition:
    """Return the published edition of *local_date*, published here if need be, or the record of why there is none.

    *wait* says that delivering will wait for a relay that is away. *late* moves a deadline that has passed to *now*
    plus the span that readers are usually given. *expected* is about how many readers there should be.

    Raises:
        NotApprovedError, AudienceError: the newsletter's safeguards, or *expected*, forbid it.
        NotDueError: it is too early, or too late without *late*, or a later edition is out. One that is out already
            is brought to its end as far as may be, before this is said of it.
        MessageFaultError: its message breaks the message standard.
        RelayUnavailableError: no relay gives a session and *wait* is False; nothing was published.
        OvertakenError: editors changed it each time while it was being made; nothing was published.
    """
    safeguards = Safeguards.of(settings.newsletters[slug], expected)
    standing = find_published(database, slug, local_date)
    if standing:
        return _going_on(database, settings, standing, safeguards, now, late=late)
    outlets_of(settings)  # law 12 has its say before anything is written
    reason = Calendar.of(settings.newsletters[slug]).skips(local_date)
    for _ in range(MADE_ANEW):
        with database.reading() as session:
            built = build_edition(session, settings, slug, local_date, inline=inline)
        refuse_unless_due(database, slug, built.schedule, now, late=late, settle=settings.newsletters[slug].settle)
        schedule = _extended(built.schedule, now) if now >= built.schedule.deadline else built.schedule
        if not reason and holds_back(database, built):
            return hold(database, built, schedule, now)
        if reason or built.shortfall:
            return skip(database, slug, schedule, reason or built.shortfall or "", now)
        _refuse_unsound(database, settings, built, now)
        if not wait:
            await require_relay(settings)
        with suppress(OvertakenError):
            return publish(database, built, schedule, now, safeguards, _mornings(settings, slug, local_date))
    raise OvertakenError(
        f"editors change {slug} of {local_date} faster than it can be made; send it when they are done"
    )


def _mornings(settings: Settings, slug: str, local_date: date) -> Mornings | None:
    newsletter = settings.newsletters[slug]
    return Mornings.of(Calendar.of(newsletter), local_date) if newsletter.mornings == "reader" else None


async def deliver(
    database: Database,
    assignment: Assignment,
    *,
    on_progress: Callable[[Closing], None] | None = None,
    on_start: Callable[[Callable[[], object]], None] = lambda _stop: None,
) -> Closing:
    """Deliver a published edition until it is settled or its deadline comes; return the closing equation.

    With as many processes as are worth while. *on_start* hears a function that stops them all, which may be
    called from anywhere.

    Raises:
        DBAPIError: the ledger could not be written, for a minute; the journal has kept what was sent.
    """
    size = crew_size(assignment.settings.smtp, _readers_left(database, assignment.published.edition))
    with crew(assignment, size) as others:
        loop = sending_loop(database, assignment, Share(0, size), on_progress)

        def stop() -> None:
            loop.stop()
            others.stop()

        on_start(partial(asyncio.get_running_loop().call_soon_threadsafe, stop))
        closing = await loop.run()
        await others.ended()
        return closing if size == 1 else await loop.settle()


def _readers_left(database: Database, edition: Edition) -> int:
    """Return how many readers there may be to deliver to; counting those who are left takes long in a large ledger."""
    if edition.is_settled:
        return 0
    with database.reading() as session:
        return frozen_audience(session, edition)


def _going_on(
    database: Database, settings: Settings, standing: Published, safeguards: Safeguards, now: datetime, *, late: bool
) -> Published:
    """Return a published edition that may still be delivered, or is settled."""
    edition = standing.edition
    if edition.is_settled:
        return standing
    is_past = now >= edition.schedule.deadline
    if is_past and not late:
        return _closed(database, settings.smtp, standing, now)
    # Its headers and links are made from today's configuration, not from the day it was published.
    _refuse_faulty(settings, edition.newsletter, edition.schedule.local_date, standing.artifact, now)
    refuse_unsafe_rest(database, standing, safeguards)
    return _with_more_time(database, standing, now) if is_past else standing


def _closed(database: Database, smtp: SmtpSettings, standing: Published, now: datetime) -> Published:
    """Sort out what dead senders left of an edition past its deadline; return it settled if nothing is open then.

    Raises:
        NotDueError: something is; what is queued stays so, for `--late`.
    """
    edition = standing.edition
    sort_out_the_dead(database, edition, smtp.journal, patience_of(smtp), now)
    with database.writing() as session:
        closing = settle(session, edition, now)
        settled = find_edition(session, edition.newsletter, edition.schedule.local_date)
    if settled and settled.is_settled:
        return replace(standing, edition=settled)
    raise NotDueError(
        f"the deadline of {edition.newsletter} {edition.schedule.local_date} was"
        f" {edition.schedule.deadline:%Y-%m-%d %H:%M} UTC; --late delivers the rest all the same"
        f" ({closing.deferred:,} of {closing.eligible:,} are open)"
    )


def _with_more_time(database: Database, standing: Published, now: datetime) -> Published:
    schedule = _extended(standing.edition.schedule, now)
    with database.writing() as session:
        move_deadline(session, standing.edition, schedule.deadline)
        forget_deadlines(session, standing.edition)
    return replace(standing, edition=replace(standing.edition, schedule=schedule))


def _extended(schedule: Schedule, now: datetime) -> Schedule:
    return replace(schedule, deadline=now + (schedule.deadline - schedule.send_at))


def _refuse_unsound(database: Database, settings: Settings, built: BuiltEdition, now: datetime) -> None:
    """Refuse an edition that must not go out as it, or as the configuration, is."""
    if built.artifact:
        _refuse_faulty(settings, built.newsletter, built.schedule.local_date, built.artifact, now)
    _refuse_empty_allowance(database, settings, built.newsletter)


def _refuse_faulty(settings: Settings, slug: str, local_date: date, artifact: Artifact, now: datetime) -> None:
    compiled = compile_for(settings, slug, local_date, artifact)
    errors = pull_proof(compiled, now, relaxed=settings.site.is_local).errors
    if errors:
        told = "; ".join(f"{error.rule} {error.what} ({error.where})" for error in errors)
        raise MessageFaultError(f"{slug} {local_date} is not sent, its message is not sound: {told}")


def _refuse_empty_allowance(database: Database, settings: Settings, slug: str) -> None:
    """Refuse to publish to an audience of whom `allow_domains` lets nobody through: surely a slip of the pen."""
    domains = [domain.lower().lstrip("@") for domain in settings.smtp.allow_domains]
    with database.reading() as session:
        if domains and audience_size(session, slug) and not audience_size(session, slug, domains):
            raise BadInputError(
                f"[smtp] allow_domains ({', '.join(domains)}) lets none of {slug}'s readers through;"
                " nothing was published"
            )
