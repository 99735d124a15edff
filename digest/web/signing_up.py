"""Signing up, as one site has it: its newsletters, its proxies, who may frame its box and who may call its API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, FastAPI

from digest.database import Database
from digest.settings import Settings
from digest.web.front import latest_editions
from digest.web.guard import embed_policy
from digest.web.offered import offered_newsletters
from digest.web.pages import PageTemplates
from subscribers.proof import ProofOfWork
from subscribers.registrar import Registrar
from subscribers.signup import Limits
from subscribers.signup_group import Rules
from subscribers.tokens import keyring
from subscribers.web import (
    Doorway,
    Reception,
    Welcome,
    confirming_pages,
    denying_pages,
    sign_up_api,
    sign_up_pages,
)


@dataclass(frozen=True, slots=True)
class SigningUp:
    """The pages of signing up, the API to mount at `/api`, and the stamp for a form that is handed out now."""

    pages: APIRouter
    api: FastAPI
    stamp: Callable[[], str]


def rules_of(settings: Settings) -> Rules:
    """Return what sign-ups, and wishes for another address, are held to."""
    limits = Limits(
        per_ip_hour=settings.signup.per_ip_hour,
        unstamped_per_ip_hour=settings.signup.unstamped_per_ip_hour,
        per_domain_hour=settings.signup.per_domain_hour,
        mails_per_hour=settings.signup.mails_per_hour,
    )
    return Rules(keyring(settings.site.all_secrets), limits)


def _policy_of_frames(settings: Settings) -> str:
    framers = settings.signup.framers(is_local=settings.site.is_local)
    return embed_policy(framers, has_script=settings.signup.proof_of_work)


@contextmanager
def registrar_running(
    settings: Settings, database: Database, clock: Callable[[], datetime], on_mail: Callable[[], None]
) -> Iterator[Registrar]:
    """Give what takes sign-ups down while the block lasts; those that wait at its end are taken down still.

    *on_mail* hears that a mail waits to be sent; it must return at once. *clock* gives the time in UTC.
    """
    rules = rules_of(settings)
    registrar = Registrar(database.writing, rules.keyring, clock, rules.limits, on_mail)
    registrar.start()
    try:
        yield registrar
    finally:
        registrar.stop()


def signing_up(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    templates: PageTemplates,
    registrar: Registrar,
    on_mail: Callable[[], None],
) -> SigningUp:
    """Return what lets readers of the site in.

    *registrar* runs as long as the site is served. *on_mail* hears that a mail waits to be sent to somebody who has
    just confirmed. *clock* gives the time in UTC.
    """
    ring, newsletters = keyring(settings.site.all_secrets), offered_newsletters(settings)
    doorway = Doorway(
        registrar,
        ring,
        newsletters,
        clock,
        settings.web.trusted_proxies,
        settings.site.base_url,
        settings.signup.refuse_disposable,
        ProofOfWork(ring) if settings.signup.proof_of_work else None,
    )
    reception = Reception(database.reading, database.writing, ring, newsletters, templates.page, clock)
    latest = latest_editions(database, templates.root)
    pages = APIRouter()
    for router in (
        sign_up_pages(doorway, templates.page, _policy_of_frames(settings)),
        confirming_pages(reception, Welcome(latest, settings.signup.welcome, on_mail, doorway.stamp)),
        denying_pages(reception),
    ):
        pages.include_router(router)
    return SigningUp(pages, sign_up_api(doorway, settings.signup.api_origins), doorway.stamp)
