"""`digest send` and `digest reconcile`: publish, deliver, and settle what stayed unknown."""

import asyncio
import signal
from dataclasses import asdict
from datetime import date as Date  # noqa: N812 - `date` is the option's name
from typing import Annotated, Any

import typer

from digest.cli.desk import Desk, date_named, newsletter_named
from digest.cli.progress import delivering
from digest.database import Database
from digest.delivery.dispatch import deliver, prepare, rehearse
from digest.delivery.ledger import Closing
from digest.delivery.publishing import Published
from digest.delivery.reconciling import Settlement, reconcile_unknown
from digest.delivery.relay import Relay
from digest.delivery.sending import SendingLoop
from digest.editions.edition import Edition
from digest.errors import BadInputError
from digest.settings import Settings

NewsletterArgument = Annotated[str, typer.Argument(metavar="NEWSLETTER")]
JsonOption = Annotated[bool, typer.Option("--json", help="Report as JSON.")]


def send(
    context: typer.Context,
    newsletter: NewsletterArgument,
    date: Annotated[str | None, typer.Option(help="The edition's local date; by default today's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Build, check and count; write and send nothing.")] = False,
    late: Annotated[
        bool, typer.Option("--late", help="Send though the deadline has passed, with a new one counted from now.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave what the relay deferred for another run, do not stay for it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish the edition and deliver it to everybody who confirmed.

    Safe to repeat, and to run twice at once: nobody gets an edition twice. Stays until all is settled or the
    deadline comes. Leaves with 0 when everybody who should have got it did, also on a day without an edition
    (days, skip_dates), and with 1 when not.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    named = newsletter_named(settings, newsletter)
    local_date = date_named(date, named, desk.now())
    if dry_run:
        _rehearse(desk, database, settings, newsletter, local_date, late=late, as_json=as_json)
        return
    relay = Relay(settings.smtp, local_only=settings.site.is_local)
    if settings.site.is_local:
        desk.tell(f"note: links lead to {settings.site.base_url}, which only this machine can open")
    prepared = asyncio.run(prepare(database, settings, newsletter, local_date, desk.now(), relay, late=late))
    if isinstance(prepared, Edition):
        _say_skipped(desk, prepared, as_json=as_json)
        raise typer.Exit(0 if named.skips(local_date) else 1)
    closing = asyncio.run(_deliver(desk, database, settings, prepared, relay, wait=not no_wait))
    _say_closing(desk, prepared, closing, as_json=as_json)
    if not closing.is_whole:
        raise typer.Exit(1)


def reconcile(
    context: typer.Context,
    newsletter: NewsletterArgument,
    date: Annotated[str, typer.Argument(metavar="DATE", help="The edition's local date.")],
    resend: Annotated[bool, typer.Option("--resend", help="Queue them again, with the same Message-ID.")] = False,
    mark_sent: Annotated[bool, typer.Option("--mark-sent", help="The relay's log shows that it took them.")] = False,
    mark_failed: Annotated[bool, typer.Option("--mark-failed", help="They did not go out, and shall not.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Settle the deliveries of which nobody knows whether they went out. One of the three options says how."""
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    local_date = date_named(date, newsletter_named(settings, newsletter), desk.now())
    chosen = {Settlement.RESEND: resend, Settlement.SENT: mark_sent, Settlement.FAILED: mark_failed}
    settlements = [settlement for settlement, asked in chosen.items() if asked]
    if len(settlements) != 1:
        raise BadInputError("say how, once: --resend, --mark-sent or --mark-failed")
    settled, closing = reconcile_unknown(database, newsletter, local_date, settlements[0], desk.now())
    if as_json:
        desk.say_json({"edition": f"{newsletter}/{local_date}", "settled": settled, **asdict(closing)})
        return
    desk.say(f"{settled:,} unknown deliveries settled: {closing}")
    if settlements[0] is Settlement.RESEND and settled:
        desk.say(f"Next: digest send {newsletter} --date {local_date}")


async def _deliver(
    desk: Desk, database: Database, settings: Settings, published: Published, relay: Relay, *, wait: bool
) -> Closing:
    name = f"{published.edition.newsletter} {published.edition.schedule.local_date}"
    with delivering(desk.err, name) as show:
        return await deliver(
            database, settings, published, relay, desk.now, wait=wait, on_progress=show, on_start=_stop_on_signals
        )


def _stop_on_signals(loop: SendingLoop) -> None:
    """Finish what is in hand when the operator or the system asks us to leave."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, loop.stop)


def _say_closing(desk: Desk, published: Published, closing: Closing, *, as_json: bool) -> None:
    edition = f"{published.edition.newsletter}/{published.edition.schedule.local_date}"
    if as_json:
        desk.say_json({"edition": edition, "sha256": published.artifact.sha256, **asdict(closing)})
        return
    desk.say(f"{edition}: {closing}")
    if closing.deferred:
        desk.say(f"{closing.deferred:,} are still queued; run the command again to go on")
    if closing.unknown:
        desk.say(f"{closing.unknown:,} may or may not have gone out; see 'digest reconcile --help'")


def _say_skipped(desk: Desk, edition: Edition, *, as_json: bool) -> None:
    name = f"{edition.newsletter}/{edition.schedule.local_date}"
    nobody: dict[str, Any] = asdict(Closing.of(0, {}))
    if as_json:
        desk.say_json({"edition": name, "status": edition.status.value, "reason": edition.reason, **nobody})
    else:
        desk.say(f"{name}: skipped, {edition.reason}. Its stories wait for the next edition.")


def _rehearse(
    desk: Desk, database: Database, settings: Settings, slug: str, day: Date, *, late: bool, as_json: bool
) -> None:
    rehearsal = rehearse(database, settings, slug, day, desk.now(), late=late)
    edition, name = rehearsal.edition, f"{slug}/{day}"
    subject, stories = edition.artifact.subject if edition.artifact else None, len(edition.stories)
    if as_json:
        shown = {"edition": name, "eligible": rehearsal.audience, "subject": subject, "stories": stories}
        desk.say_json({**shown, "dry_run": True, "obstacle": rehearsal.obstacle})
        return
    counted = f"{stories} {'story' if stories == 1 else 'stories'}, to {rehearsal.audience:,} readers"
    desk.say(f"{name}: {counted}. Nothing was written or sent.")
    if subject:
        desk.say(f"Subject: {subject}")
    desk.say(f"It would not go out now: {rehearsal.obstacle}" if rehearsal.obstacle else "It would go out now.")
