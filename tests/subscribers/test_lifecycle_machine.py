"""Whatever happens to readers, in whatever order: no mail is claimed for anyone who did not agree to it.

Random histories on the real store, beside a model that knows of a reader only what the rules are about: whether they
agreed since they last left, whether they pause, and whether their address is suppressed (S13, B11, law 5).
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from blank_database import blank_sqlite
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sample_readers import KEYS, NOW, intake, newcomer
from sqlalchemy import Row, select

from digest.delivery.store import beat, claim, closing, freeze_audience
from digest.editions.store import record_published
from digest.editions.window import Schedule, Window
from subscribers.address_change import ChangeAnswer, change_address
from subscribers.errors import SubscribersError
from subscribers.lifecycle_store import confirm, mark_asked, pause, resume_due
from subscribers.purging import purge_unconfirmed
from subscribers.signup_tables import SystemMail
from subscribers.store import change_standing, mailable, sign_up_row, subscribe_imported
from subscribers.subscriber import CONFIRM_WITHIN, SubscriptionEvent
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription

AWAY = "away@example.net"
BOB = "bob@example.org"  # the only one who is ever suppressed: that ends most of what can happen
ADDRESSES = st.sampled_from(["ada@example.org", BOB])
NEWSLETTERS = ("daily", "weekly")
NEWSLETTER = st.sampled_from(NEWSLETTERS)
DAYS = st.integers(1, 8)
STANDINGS = select(
    *(Subscription.id, Subscription.subscriber_id, Subscription.newsletter, Subscription.status),
    *(Subscription.confirmed_at, Subscription.paused_until, Subscriber.email),
).join_from(Subscription, Subscriber)
CONSENTS = select(Consent.id, Consent.subscription_id, Consent.event, Consent.at, Consent.provenance)


@dataclass
class Reader:
    """What the rules ask of a reader of one newsletter."""

    has_agreed: bool = False
    has_left: bool = False
    waits_since: datetime | None = None
    asked_in: int | None = None
    paused_until: datetime | None = None

    def agree(self):
        self.has_agreed, self.has_left, self.waits_since, self.paused_until = True, False, None, None


class Lifecycle(RuleBasedStateMachine):
    """Readers sign up, are asked, confirm, pause, leave; editions go out meanwhile."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = blank_sqlite(Path(self.folder.name))
        with self.database.writing() as session:
            beat(session, "one", "here", NOW)
        self.now = NOW
        self.readers: dict[tuple[str, str], Reader] = {}
        self.stopped: set[str] = set()
        self.mails: list[tuple[int, int, str]] = []  # number, subscriber, address
        self.frozen: list[tuple[object, set[int]]] = []
        self.published = 0
        self.rows: dict[tuple[str, str], Row] = {}  # as they stood after the last step
        self.log: dict[int, Row] = {}

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    def act(self, act, *, is_allowed=True):
        """Do *act* in a transaction of its own, which the store must refuse unless it *is_allowed*."""
        try:
            with self.database.writing() as session:
                done = act(session)
        except SubscribersError:
            assert not is_allowed
            return None
        assert is_allowed
        return done

    def may_be_mailed(self, address, newsletter):
        reader = self.readers.get((address, newsletter), Reader())
        return reader.has_agreed and not reader.paused_until and address not in self.stopped

    def subscription(self, pair):
        return self.rows[pair].id

    def subscriber(self, address):
        return next((row.subscriber_id for (its, _), row in self.rows.items() if its == address), None)

    @rule(address=ADDRESSES, newsletter=NEWSLETTER, is_asked=st.booleans())
    def anybody_signs_them_up(self, address, newsletter, is_asked):
        into = intake(newsletter, "the form", self.now)
        is_allowed = address not in self.stopped
        self.act(lambda session: sign_up_row(session, newcomer(address), into), is_allowed=is_allowed)
        if is_allowed:
            reader = self.readers.setdefault((address, newsletter), Reader())
            if not reader.has_agreed and not reader.waits_since:
                reader.waits_since, reader.asked_in = self.now, None
        self.look()
        if is_asked and self.subscriber(address):
            self.ask(address)

    @rule(address=ADDRESSES, newsletter=NEWSLETTER)
    def a_file_brings_them(self, address, newsletter):
        into = intake(newsletter, "paper sheets", self.now)
        self.act(lambda session: subscribe_imported(session, [newcomer(address)], into))
        reader = self.readers.setdefault((address, newsletter), Reader())
        if not reader.has_left and not reader.has_agreed:
            reader.agree()

    def ask(self, address):
        number, subscriber = len(self.mails) + 1, self.subscriber(address)
        asked = self.act(lambda session: mark_asked(session, subscriber, number))
        waiting = {
            name: reader for (its, name), reader in self.readers.items() if its == address and reader.waits_since
        }
        assert asked == (tuple(sorted(waiting)) if address not in self.stopped else ())
        for reader in waiting.values() if asked else ():
            reader.asked_in = reader.asked_in or number
        self.mails.append((number, subscriber, address))

    @precondition(lambda self: self.mails)
    @rule(data=st.data())
    def the_buttons_of_some_mails_are_pressed(self, data):
        for mail in data.draw(st.lists(st.sampled_from(self.mails), min_size=1, unique=True)):
            self.press(*mail)

    def press(self, number, subscriber, address):
        is_there = self.subscriber(address) == subscriber
        self.act(
            lambda session: confirm(session, subscriber, number, provenance="the button", now=self.now),
            is_allowed=address not in self.stopped or not is_there,
        )
        if address in self.stopped or not is_there:
            return
        for (its, _), reader in self.readers.items():
            if its == address and reader.waits_since and reader.asked_in and reader.asked_in <= number:
                reader.agree()

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def they_leave(self, data):
        pair = data.draw(st.sampled_from(sorted(self.readers)))
        self.move(pair, SubscriptionEvent.UNSUBSCRIBE)
        self.readers[pair] = Reader(has_left=True)

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def they_come_back_by_their_link(self, data):
        pair = data.draw(st.sampled_from(sorted(self.readers)))
        reader = self.readers[pair]
        is_allowed = pair[0] not in self.stopped and (reader.has_left or reader.has_agreed)
        self.move(pair, SubscriptionEvent.RESUBSCRIBE, is_allowed=is_allowed)
        if is_allowed:
            reader.agree()

    @precondition(lambda self: self.readers)
    @rule(data=st.data(), days=DAYS)
    def they_pause(self, data, days):
        pair = data.draw(st.sampled_from(sorted(self.readers)))
        number, until = self.subscription(pair), self.now + timedelta(days=days)
        is_allowed = pair[0] not in self.stopped and self.readers[pair].has_agreed
        self.act(
            lambda session: pause(session, number, until, provenance="preferences", now=self.now),
            is_allowed=is_allowed,
        )
        if is_allowed:
            self.readers[pair].paused_until = until

    @rule(address=ADDRESSES)
    def they_move_to_another_address_and_back(self, address):
        subscriber = self.subscriber(address)
        if subscriber is None:
            return
        for wished in (AWAY, address):
            self.act(partial(self.change, subscriber, wished), is_allowed=address not in self.stopped)

    def change(self, subscriber, wished, session):
        its = {"address_hash": KEYS.address_hash(wished), "new_email": wished, "subscriber_id": subscriber}
        when = {"created_at": self.now, "due_at": self.now, "changed_at": self.now}
        mail = SystemMail(kind="change", status="sent", **its, **when)
        session.add(mail)
        session.flush()
        assert change_address(session, mail.id, self.now) is ChangeAnswer.CHANGED

    @rule()
    def bob_must_not_be_mailed(self):
        self.act(lambda session: suppress(session, BOB, keyring=KEYS, reason="complaint", now=self.now))
        self.stopped.add(BOB)

    @rule(days=DAYS)
    def days_pass_and_who_did_not_confirm_lapses(self, days):
        self.now += timedelta(days=days)
        self.act(lambda session: purge_unconfirmed(session, self.now))
        for pair, reader in list(self.readers.items()):
            if reader.waits_since and reader.waits_since <= self.now - CONFIRM_WITHIN:
                reader.waits_since = None
                if not reader.has_left:
                    del self.readers[pair]

    @rule(newsletter=NEWSLETTER)
    def an_edition_is_published(self, newsletter):
        self.published += 1
        day = self.now.date() + timedelta(days=1000 * self.published)
        schedule = Schedule(day, Window(self.now, self.now), self.now, self.now)

        def publish(session):
            edition = record_published(session, newsletter, schedule, self.now)
            resume_due(session, self.now)
            freeze_audience(session, edition, self.now)
            return edition

        edition = self.act(publish)
        for (address, _), reader in self.readers.items():
            if reader.paused_until and reader.paused_until <= self.now and address not in self.stopped:
                reader.paused_until = None
        self.frozen.append((edition, self.mailable(newsletter)))

    @precondition(lambda self: self.frozen)
    @rule()
    def what_is_published_is_sent(self):
        while self.frozen:
            self.send(*self.frozen.pop())

    def send(self, edition, audience):
        still = audience & self.mailable(edition.newsletter)
        claims = self.act(lambda session: claim(session, edition, "one", self.now, most=10))
        assert {one.reader.subscription_id for one in claims} == still
        with self.database.reading() as session:
            sums = closing(session, edition)
        assert (sums.eligible, sums.skipped) == (len(audience), len(audience - still))

    def move(self, pair, event, *, is_allowed=True):
        number = self.subscription(pair)
        self.act(
            lambda session: change_standing(session, number, event, provenance="a link", now=self.now),
            is_allowed=is_allowed,
        )

    def mailable(self, newsletter):
        """Return the subscriptions that the model would mail."""
        return {row.id for pair, row in self.rows.items() if pair[1] == newsletter and self.may_be_mailed(*pair)}

    def look(self):
        with self.database.reading() as session:
            self.rows = {(row.email, row.newsletter): row for row in session.execute(STANDINGS)}

    @invariant()
    def only_who_agreed_is_mailed(self):
        self.look()
        with self.database.reading() as session:
            log = {row.id: row for row in session.execute(CONSENTS)}
            mailed = {name: {row.id for row in session.execute(mailable(name))} for name in NEWSLETTERS}
        assert mailed == {name: self.mailable(name) for name in NEWSLETTERS}
        self.check_standings()
        self.check_log(log)

    def check_standings(self):
        assert set(self.rows) == set(self.readers)
        for pair, row in self.rows.items():
            reader = self.readers[pair]
            assert (row.status in ("active", "paused")) == reader.has_agreed
            assert (row.confirmed_at is not None) or not reader.has_agreed
            assert row.paused_until == reader.paused_until

    def check_log(self, log):
        """See that the log of consent only grows, but for who was erased (S13)."""
        there = {row.id for row in self.rows.values()}
        assert log.items() >= {number: row for number, row in self.log.items() if row.subscription_id in there}.items()
        self.log = log


Lifecycle.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestLifecycle = Lifecycle.TestCase
