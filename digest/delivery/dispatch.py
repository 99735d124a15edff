"""Dispatch: from a newsletter and a date to a settled edition. What `digest send` does, without a terminal."""

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digest.building import BuiltEdition, build_edition
from digest.database import Database
from digest.delivery.ledger import Closing, Patience
from digest.delivery.proof import compile_for, pull_proof
from digest.delivery.publishing import NotDueError, Published, find_published, publish, refuse_unless_due, skip
from digest.delivery.pulse import SenderName
from digest.delivery.relay import Relay
from digest.delivery.sending import SendingLoop, Terms
from digest.delivery.store import audience_size
from digest.editions.edition import Edition
from digest.editions.store import move_deadline
from digest.editions.window import Schedule
from digest.errors import BadInputError, DigestError
from digest.rendering.artifact import Artifact
from digest.rendering.inlining import inline_css
from digest.settings import Settings


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
    database: Database, settings: Settings, slug: str, local_date: date, now: datetime, *, late: bool = False
) -> Rehearsal:
    """Build and check the edition of *local_date* as `prepare` would, and write nothing.

    Raises:
        MessageFaultError: its message breaks the message standard.
    """
    with database.reading() as session:
        built = build_edition(session, settings, slug, local_date)
        audience = audience_size(session, slug)
    obstacle = settings.newsletters[slug].skips(local_date) or built.shortfall
    if find_published(database, slug, local_date):
        obstacle = "it is published already; sending again goes on where it stopped"
    try:
        refuse_unless_due(database, slug, built.schedule, now, late=late)
    except NotDueError as error:
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
    relay: Relay,
    *,
    late: bool,
    inline: Callable[[str], str] = inline_css,
) -> Published | Edition:
    """Return the published edition of *local_date*, published here if need be, or the record of why there is none.

    *late* moves a deadline that has passed to *now* plus the span that readers are usually given.

    Raises:
        NotDueError: it is too early, or too late without *late*, or a later edition is out.
        MessageFaultError: its message breaks the message standard.
        RelayUnavailableError: the relay gives no session; nothing was published.
    """
    standing = find_published(database, slug, local_date)
    if standing:
        if not standing.edition.is_settled:
            # Its headers and links are made from today's configuration, not from the day it was published.
            _refuse_faulty(settings, slug, local_date, standing.artifact, now)
        return _within_deadline(database, standing, now, late=late)
    reason = settings.newsletters[slug].skips(local_date)
    with database.reading() as session:
        built = build_edition(session, settings, slug, local_date, inline=inline)
    refuse_unless_due(database, slug, built.schedule, now, late=late)
    schedule = _extended(built.schedule, now) if now >= built.schedule.deadline else built.schedule
    if reason or built.shortfall:
        return skip(database, slug, schedule, reason or built.shortfall or "", now)
    if built.artifact:
        _refuse_faulty(settings, slug, local_date, built.artifact, now)
    _refuse_empty_allowance(database, settings, slug)
    await relay.check()
    return publish(database, built, schedule, now)


async def deliver(
    database: Database,
    settings: Settings,
    published: Published,
    relay: Relay,
    clock: Callable[[], datetime],
    *,
    wait: bool = True,
    on_progress: Callable[[Closing], None] = lambda _closing: None,
    on_start: Callable[[SendingLoop], None] = lambda _loop: None,
) -> Closing:
    """Deliver a published edition until it is settled or its deadline comes; return the closing equation.

    *clock* gives the time in UTC. *wait* False leaves what is deferred for another run. *on_start* hears the
    loop, so that a signal can stop it.

    Raises:
        RelayUnavailableError: the relay is gone; what was not sent stays queued.
    """
    edition = published.edition
    smtp = settings.smtp
    loop = SendingLoop(
        database=database,
        relay=relay,
        edition=edition,
        compiled=compile_for(settings, edition.newsletter, edition.schedule.local_date, published.artifact),
        sender=SenderName(id=str(uuid.uuid4()), host=f"{socket.gethostname()} {os.getpid()}"),
        terms=Terms(
            deadline=edition.schedule.deadline,
            patience=Patience(timedelta(seconds=smtp.retry_first_seconds), timedelta(seconds=smtp.retry_max_seconds)),
            connections=smtp.connections,
            wait=wait,
        ),
        clock=clock,
        on_progress=on_progress,
    )
    on_start(loop)
    return await loop.run()


def _within_deadline(database: Database, standing: Published, now: datetime, *, late: bool) -> Published:
    """Return a published edition that may still be delivered, or is settled."""
    edition = standing.edition
    if edition.is_settled or now < edition.schedule.deadline:
        return standing
    if not late:
        raise NotDueError(
            f"the deadline of {edition.newsletter} {edition.schedule.local_date} was"
            f" {edition.schedule.deadline:%Y-%m-%d %H:%M} UTC; --late delivers the rest all the same"
        )
    schedule = _extended(edition.schedule, now)
    with database.writing() as session:
        move_deadline(session, edition, schedule.deadline)
    return replace(standing, edition=replace(edition, schedule=schedule))


def _extended(schedule: Schedule, now: datetime) -> Schedule:
    return replace(schedule, deadline=now + (schedule.deadline - schedule.send_at))


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
