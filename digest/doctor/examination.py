"""The examination: gathers one fact after the other and hands it to who judges it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from digest.articles.retrieval.store import healths
from digest.building import template_of
from digest.database import Database
from digest.delivery.dkim_keys import published_keys
from digest.delivery.relay import Offered
from digest.doctor.dns_answers import Dns
from digest.doctor.facts import clock_ahead, free_bytes, mode_of, secret_places, time_server
from digest.doctor.finding import Finding, Unanswered, fault, unchecked, well
from digest.doctor.machine import judge_disk, judge_permissions, judge_skew
from digest.doctor.mail_records import (
    judge_bounces,
    judge_dkim,
    judge_dmarc,
    judge_reverse,
    judge_spf,
    owner_of,
)
from digest.doctor.setup import judge_configuration, judge_relay, judge_sources
from digest.errors import BadInputError
from digest.rendering.template import load_template
from digest.schema import require_schema
from digest.settings import Settings
from digest.settings.values import is_loopback


def examine_here(config: Path, settings: Settings, database: Database) -> Iterator[Finding]:
    """Give what is found on this machine: configuration, files, database, looks, disk, feeds."""
    yield from judge_configuration(settings)
    for path in dict.fromkeys(secret_places(config, settings, database)):
        yield judge_permissions(str(path), mode_of(path))
    is_sound = True
    try:
        require_schema(database)
        yield well("database", f"{database} answers and has the tables of this version")
    except BadInputError as error:
        is_sound = False
        yield fault("database", str(error), "digest db upgrade, once it answers")
    for slug, newsletter in settings.newsletters.items():
        try:
            load_template(template_of(newsletter))
            yield well(f"look of {slug}", newsletter.template)
        except BadInputError as error:
            yield fault(f"look of {slug}", str(error), "docs/templates.md says what a look needs")
    folder = settings.smtp.journal.parent
    yield judge_disk(str(folder), free_bytes(folder))
    if is_sound:
        with database.reading() as session:
            yield from judge_sources(settings, healths(session))
    else:
        yield unchecked("feeds", "the database can't be read")


def examine_relays(settings: Settings, offered: dict[str, Offered | Unanswered]) -> Iterator[Finding]:
    """Give what is found of the relays, of each of which *offered* tells."""
    for relay in settings.smtp.all_relays:
        if relay.name in offered:
            yield from judge_relay(relay.name, is_here=is_loopback(relay.host), offered=offered[relay.name])


def examine_records(settings: Settings, dns: Dns) -> Iterator[Finding]:
    """Give what is found in the DNS about our mail."""
    if settings.dkim:
        try:
            for name, expected in published_keys(settings.dkim).items():
                yield judge_dkim(name, expected, dns.texts(name))
        except BadInputError as error:
            yield fault("DKIM", str(error), "nothing is sent until the key can be read")
    senders = [newsletter.from_ for newsletter in settings.newsletters.values()] + [settings.signup.sender]
    domains = list(dict.fromkeys(sender.rpartition("@")[2].lower() for sender in senders))
    bounces = settings.smtp.bounce_domain
    relays = tuple(dict.fromkeys(relay.host for relay in settings.smtp.all_relays if not is_loopback(relay.host)))
    for domain in dict.fromkeys([bounces] if bounces else domains):
        yield judge_spf(domain, relays, dns.texts(domain))
    for domain in domains:
        places = dict.fromkeys((f"_dmarc.{domain}", f"_dmarc.{owner_of(domain)}"))
        answers = {place: dns.texts(place) for place in places}
        yield from judge_dmarc(domain, answers, settings.dkim.domain if settings.dkim else None, bounces or domain)
    for domain in [bounces] if bounces else domains:
        yield judge_bounces(domain, dns.exchanges(domain))
    for relay in relays:
        yield _reverse(relay, dns)
    if not relays:
        yield unchecked("PTR", "the relay is on this machine, whose public address is not known here")


def examine_clock(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Give what is found of this machine's clock, *now* in UTC."""
    host = time_server(settings)
    yield judge_skew(host or "", clock_ahead(host, now))


def _reverse(relay: str, dns: Dns) -> Finding:
    addresses = dns.addresses(relay)
    if isinstance(addresses, Unanswered):
        return judge_reverse(relay, addresses, {}, {})
    names = {address: dns.names(address) for address in addresses}
    known = {name for found in names.values() if not isinstance(found, Unanswered) for name in found}
    return judge_reverse(relay, addresses, names, {name: dns.addresses(name) for name in known})
