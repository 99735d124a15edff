"""`digest send` and `digest reconcile`: publish, deliver, and settle what stayed unknown."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer
import uvloop

from digest.alerts.telling import tell_due
from digest.alerts.watchdog import look
from digest.cli.desk import Desk, date_named, newsletter_named, utc_now
from digest.cli.progress import delivering
from digest.database import Database
from digest.delivery.abandoned import living
from digest.delivery.crew import ENDINGS, Assignment, patience_of
from digest.delivery.dispatch import Rehearsal, deliver, prepare, rehearse
from digest.delivery.interpreter import tuned_for_sending
from digest.delivery.ledger import Closing
from digest.delivery.publishing import Published
from digest.delivery.reconciling import Settlement, reconcile_unknown
from digest.delivery.recovery import recover
from digest.editions.calendar import Calendar
from digest.editions.edition import Edition, EditionStatus
from digest.errors import BadInputError
from digest.logs import speaking_of

NewsletterArgument = Annotated[str, typer.Argument(metavar="NEWSLETTER")]
JsonOption = Annotated[bool, typer.Option("--json", help="Report as JSON.")]
NoWaitOption = Annotated[
    bool,
    typer.Option("--no-wait", help="Leave what is deferred for another run; with the relay away, publish nothing."),
]
ExpectOption = Annotated[
    int | None,
    typer.Option(
        "--expect-recipients", min=0, metavar="N", help="Publish nothing if the audience is much more or less than N."
    ),
]


def send(
    context: typer.Context,
    newsletter: NewsletterArgument,
    date: Annotated[str | None, typer.Option(help="The edition's local date; by default today's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Build, check and count; write and send nothing.")] = False,
    late: Annotated[
        bool, typer.Option("--late", help="Send though the deadline has passed, with a new one counted from now.")
    ] = False,
    no_wait: NoWaitOption = False,
    expect_recipients: ExpectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the edition and deliver it to everybody who confirmed.

    Safe to repeat, and to run twice at once: nobody gets an edition twice. Stays until all is settled or the
    deadline comes; on readers' own mornings (mornings = "reader") that is when the last is over, and --no-wait delivers
    what is due. Leaves with 0 when everybody who should have got it did, also on a day without an edition
    (days, skip_dates), and with 1 when not.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    named = newsletter_named(settings, newsletter)
    local_date = date_named(date, named, desk.now())
    if dry_run:
        rehearsal = rehearse(
            database, settings, newsletter, local_date, desk.now(), late=late, expected=expect_recipients
        )
        _say_rehearsal(desk, rehearsal, f"{newsletter}/{local_date}", as_json=as_json)
        return
    context.with_resource(speaking_of(newsletter, local_date))
    ready = partial(prepare, late=late, wait=not no_wait, expected=expect_recipients)
    prepared = uvloop.run(ready(database, settings, newsletter, local_date, desk.now()))
    if isinstance(prepared, Edition):
        _say_unpublished(desk, prepared, as_json=as_json)
        if Calendar.of(named).skips(local_date):
            return
        look(database, settings, desk.now())  # there may be no 'digest serve' that tells the operators
        uvloop.run(tell_due(database, settings, desk.now))
        raise typer.Exit(1)
    if settings.site.is_local:
        desk.tell(f"note: links lead to {settings.site.base_url}, which only this machine can open")
    if prepared.edition.reason:
        desk.tell(f"note: it is no full edition, but {prepared.edition.reason}")
    with tuned_for_sending():
        closing = uvloop.run(_deliver(desk, database, Assignment(settings, prepared, utc_now, wait=not no_wait)))
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
    now, journals = desk.now(), settings.smtp.journal
    recover(database, journals, patience_of(settings.smtp), now)  # nobody decides what a journal knows
    settled, closing = reconcile_unknown(database, newsletter, local_date, settlements[0], now, alive=living(journals))
    if as_json:
        desk.say_json({"edition": f"{newsletter}/{local_date}", "settled": settled, **asdict(closing)})
        return
    desk.say(f"{settled:,} unknown deliveries settled: {closing}")
    if settlements[0] is Settlement.RESEND and settled:
        desk.say(f"Next: digest send {newsletter} --date {local_date}")


async def _deliver(desk: Desk, database: Database, assignment: Assignment) -> Closing:
    edition = assignment.published.edition
    with delivering(desk.err, f"{edition.newsletter} {edition.schedule.local_date}") as show:
        return await deliver(database, assignment, on_progress=show, on_start=_stop_on_signals)


def _stop_on_signals(stop: Callable[[], object]) -> None:
    """Finish what is in hand when the operator or the system asks us to leave."""
    for number in ENDINGS:
        asyncio.get_running_loop().add_signal_handler(number, stop)


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


def _say_unpublished(desk: Desk, edition: Edition, *, as_json: bool) -> None:
    name = f"{edition.newsletter}/{edition.schedule.local_date}"
    nobody: dict[str, Any] = asdict(Closing.of(0, {}))
    if as_json:
        desk.say_json({"edition": name, "status": edition.status.value, "reason": edition.reason, **nobody})
    elif edition.status is EditionStatus.HELD:
        command = f"digest preview {edition.newsletter} --date {edition.schedule.local_date}"
        desk.say(f"{name}: held, {edition.reason}. Nothing was sent; '{command}' says how it goes on.")
    else:
        desk.say(f"{name}: skipped, {edition.reason}. Its stories wait for the next edition.")


def _say_rehearsal(desk: Desk, rehearsal: Rehearsal, name: str, *, as_json: bool) -> None:
    edition = rehearsal.edition
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
