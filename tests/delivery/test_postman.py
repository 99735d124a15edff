"""The postman, with real relays: one mail once, within seconds, and none to whom must not get it."""

import email
import email.policy
import logging
import re
import time
from datetime import timedelta

import pytest
from askings import ADA, KEYS, Watch, ask, leave, mails, statuses
from newsroom import MORNING, configure
from scripted_relay import ACCEPT_AND_CLOSE, PASS, SILENCE, ScriptedRelay
from sqlmodel import col, select

from digest.delivery.postman import postman_running
from digest.delivery.system_message import UnsoundMailError
from digest.errors import BadInputError
from digest.settings import RelaySettings
from subscribers.suppression_store import suppress
from subscribers.tables import Subscription, Suppression
from subscribers.tokens import Purpose

# What hangs on the statements is tried on both databases; what hangs on the wire, on the quicker one.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def wait_for(is_so, seconds=10):
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come to pass"
        time.sleep(0.005)


def settled(database):
    return not {"queued", "claimed", "begun"} & set(statuses(database))


@pytest.fixture
def postman(database, tmp_path):
    """Give a way to let a postman carry to a relay, at the time of a watch."""

    def begin(relay, clock=lambda: MORNING, more="", **terms):
        return postman_running(configure(tmp_path, database.url, relay.url, more=more), database, clock, **terms)

    return begin


def links(content):
    text = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",)).get_content()
    return re.findall(r"http://\S+", text)


def test_a_queued_mail_leaves_at_once_when_he_is_nudged(database, postman):
    with ScriptedRelay() as relay:
        began = time.monotonic()
        with postman(relay, look_seconds=60) as nudge:
            assert time.monotonic() - began < 1
            number = ask(database)
            nudge()
            wait_for(lambda: statuses(database) == ["sent"])
    (content,) = relay.contents
    (confirm, deny) = links(content)[:2]
    assert KEYS.read(Purpose.CONFIRM, confirm.rpartition("/confirm/")[2]) == number
    assert KEYS.read(Purpose.DENY, deny.rpartition("/not-me/")[2]) == number
    (mail,) = mails(database)
    assert (mail.attempts, mail.reply_code, mail.claimed_by) == (1, 250, None)
    with database.reading() as session:
        assert session.exec(select(col(Subscription.asked_in))).all() == [number]


@on_sqlite
def test_unbidden_he_looks_within_five_seconds_and_many_share_one_connection(database, postman):
    with ScriptedRelay() as relay, postman(relay):
        for number in range(30):
            ask(database, f"reader{number}@example.org")
        wait_for(lambda: len(relay.accepted) == 30, 5)
    assert set(statuses(database)) == {"sent"}
    assert len(set(relay.accepted)) == len(relay.accepted)
    assert relay.connections == 1


def test_a_mail_that_a_relay_put_off_is_tried_again_later(database, postman):
    watch = Watch()
    ask(database)
    refusing = ScriptedRelay(at_data=lambda _, times: "451 4.7.1 later" if times == 1 else PASS)
    with refusing as relay, postman(relay, watch) as nudge:
        wait_for(lambda: [(mail.status, mail.attempts) for mail in mails(database)] == [("queued", 1)])
        (mail,) = mails(database)
        assert timedelta(seconds=15) <= mail.due_at - MORNING <= timedelta(seconds=30)
        assert (mail.reply_code, mail.enhanced_code) == (451, "4.7.1")
        watch.go_on(seconds=31)
        nudge()
        wait_for(lambda: statuses(database) == ["sent"])
    assert relay.offered == [ADA, ADA]
    assert relay.accepted == [ADA]


@on_sqlite
def test_a_mail_that_no_relay_takes_for_six_days_has_failed(database, postman):
    ask(database, at=MORNING)
    refusing = ScriptedRelay(at_rcpt=lambda _r, _t: "451 4.3.0 later")
    with refusing as relay, postman(relay, lambda: MORNING + timedelta(days=6)):
        wait_for(lambda: statuses(database) == ["failed"])


@pytest.mark.parametrize(
    ("refusal", "suppressed"), [("550 5.1.1 no such user", 1), ("550 5.7.1 your mail looks like spam", 0)]
)
def test_a_refusal_is_final_and_only_one_of_the_address_suppresses_it(database, postman, refusal, suppressed):
    ask(database)
    with ScriptedRelay(at_rcpt=lambda _r, _t: refusal) as relay, postman(relay):
        wait_for(lambda: statuses(database) == ["failed"])
    with database.reading() as session:
        reasons = session.exec(select(Suppression.reason)).all()
    assert len(reasons) == suppressed
    assert "@" not in "".join(reasons)


@on_sqlite
def test_a_mail_whose_answer_was_lost_is_unknown_and_never_repeated(database, postman):
    watch = Watch()
    ask(database)
    with ScriptedRelay(at_data=lambda _r, _t: ACCEPT_AND_CLOSE) as relay, postman(relay, watch) as nudge:
        wait_for(lambda: statuses(database) == ["unknown"])
        watch.go_on(hours=2)
        nudge()
        ask(database, "ben@example.org", at=watch.now)
        wait_for(lambda: len(relay.offered) == 2)
    assert relay.offered == [ADA, "ben@example.org"]


@on_sqlite
def test_mails_wait_for_a_relay_that_is_away_and_its_trouble_is_told_once(database, postman, caplog):
    ask(database)
    with ScriptedRelay(is_up=False) as relay, postman(relay) as nudge:
        nudge()
        wait_for(lambda: "left alone for a while" in caplog.text)
        assert [(mail.status, mail.attempts) for mail in mails(database)] == [("queued", 0)]
        relay.revive()
        wait_for(lambda: statuses(database) == ["sent"])
    assert caplog.text.count("left alone") == 1
    assert "example.org" not in caplog.text


def test_who_left_or_must_not_be_mailed_while_it_waited_gets_nothing(database, postman):
    ask(database)
    leave(database)
    ask(database, "ben@example.org")
    with database.writing() as session:
        suppress(session, "ben@example.org", keyring=KEYS, reason="wished", now=MORNING)
    with ScriptedRelay() as relay:
        with postman(relay):
            wait_for(lambda: settled(database))
        assert [(mail.status, mail.attempts) for mail in mails(database)] == [("dropped", 0)] * 2
        assert all(mail.reply for mail in mails(database))
        assert relay.commands == [] or not [word for _, word in relay.commands if word.startswith("RCPT")]


@on_sqlite
def test_nothing_leaves_to_a_domain_that_is_not_allowed(database, tmp_path):
    ask(database)
    with ScriptedRelay() as relay:
        settings = configure(tmp_path, database.url, relay.url)
        smtp = settings.smtp.model_copy(update={"allow_domains": ("quay.example",)})
        with postman_running(settings.model_copy(update={"smtp": smtp}), database, lambda: MORNING):
            wait_for(lambda: statuses(database) == ["failed"])
    assert not [word for _, word in relay.commands if word.startswith("RCPT")]
    assert "allow_domains" in (mails(database)[0].reply or "")


def test_with_links_to_this_machine_he_does_not_set_out_for_a_relay_elsewhere(tmp_path):
    settings = configure(tmp_path, "sqlite://", "smtp://relay.quay.example")
    with pytest.raises(BadInputError, match="base_url is on this machine"), postman_running(settings, None, Watch()):
        pass


def test_a_mail_that_breaks_the_standard_keeps_him_at_home(tmp_path):
    settings = configure(tmp_path, "sqlite://")
    site = settings.site.model_copy(update={"base_url": "https://news.quay.example:8443"})
    settings = settings.model_copy(update={"site": site})
    with pytest.raises(UnsoundMailError, match="M23"), postman_running(settings, None, Watch()):
        pass


@on_sqlite
def test_one_mail_that_can_not_be_made_does_not_keep_the_others(database, postman, caplog):
    ask(database, ADA, "a-newsletter-that-is-no-more")
    ask(database, "ben@example.org")
    with ScriptedRelay() as relay, postman(relay):
        wait_for(lambda: settled(database))
    assert statuses(database) == ["failed", "sent"]
    assert "can't be made" in caplog.text
    caplog.clear()


@on_sqlite
def test_he_comes_home_within_his_grace_though_the_relay_fell_silent(database, postman):
    ask(database)
    with ScriptedRelay(at_data=lambda _r, _t: SILENCE) as relay:
        with postman(relay, grace_seconds=0.2) as nudge:
            wait_for(lambda: relay.offered)
            assert statuses(database) == ["begun"]
            began = time.monotonic()
        assert time.monotonic() - began < 2
    assert statuses(database) == ["unknown"]
    nudge()


@on_sqlite
def test_what_is_on_its_way_when_he_is_called_home_is_finished(database, postman):
    for number in range(20):
        ask(database, f"reader{number}@example.org")

    def slow(_recipient, _times):
        time.sleep(0.05)
        return PASS

    with ScriptedRelay(at_data=slow) as relay:
        with postman(relay):
            wait_for(lambda: relay.accepted)
        found = statuses(database)
        assert 0 < found.count("sent") == len(relay.accepted) < 20
        assert found.count("sent") + found.count("queued") == 20
        assert {mail.attempts for mail in mails(database) if mail.status == "queued"} == {0}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one write at a time
def test_two_postmen_at_once_bring_each_mail_once(database, postman):
    for number in range(40):
        ask(database, f"reader{number}@example.org")
    with ScriptedRelay() as relay, postman(relay), postman(relay):
        wait_for(lambda: settled(database))
    assert len(relay.accepted) == len(set(relay.accepted)) == 40
    assert set(statuses(database)) == {"sent"}


@on_sqlite
def test_a_broken_database_keeps_him_only_as_long_as_it_is_broken(database, postman, caplog):
    caplog.set_level(logging.ERROR)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE system_mail RENAME TO elsewhere")
    with ScriptedRelay() as relay, postman(relay) as nudge:
        wait_for(lambda: "can't look into his queue" in caplog.text)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO system_mail")
        ask(database)
        nudge()
        wait_for(lambda: statuses(database) == ["sent"])


@on_sqlite
def test_a_relay_that_refuses_all_by_policy_does_not_get_to_refuse_everybody(database, postman, caplog):
    for number in range(20):
        ask(database, f"reader{number}@example.org")
    with ScriptedRelay(at_rcpt=lambda _r, _t: "550 5.7.1 your reputation is poor") as relay, postman(relay):
        wait_for(lambda: "left alone for a while" in caplog.text)
    assert statuses(database).count("failed") == 10
    assert statuses(database).count("queued") == 10


@on_sqlite
def test_where_one_relay_is_away_another_carries_and_one_that_stands_by_only_then(database, tmp_path):
    with ScriptedRelay(is_up=False) as away, ScriptedRelay() as spare, ScriptedRelay() as working:
        relays = [(spare, 0), (away, 2), (working, 1)]
        several = tuple(RelaySettings(url=relay.url, weight=weight) for relay, weight in relays)
        settings = configure(tmp_path, database.url)
        smtp = settings.smtp.model_copy(update={"relays": several})
        with postman_running(settings.model_copy(update={"smtp": smtp}), database, Watch()) as nudge:
            ask(database)
            nudge()
            wait_for(lambda: statuses(database) == ["sent"])
            working.die()
            ask(database, "ben@example.org")
            nudge()
            wait_for(lambda: statuses(database) == ["sent", "sent"])
    assert (working.accepted, spare.accepted) == ([ADA], ["ben@example.org"])
