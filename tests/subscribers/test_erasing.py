from sample_readers import KEYS, LATER, NOW, intake, newcomer
from sqlmodel import select

from subscribers.erasing import FORGOTTEN, Erased, begin_to_forget, erase
from subscribers.record import find_reader, find_suppression
from subscribers.store import may_be_mailed, reader_standings, subscribe_imported
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.transfer import import_subscribers, read_rows

ADA, BOB = "ada@example.org", "bob@example.org"


def enlist(database):
    with database.writing() as session:
        for newsletter in ("daily", "weekly"):
            subscribe_imported(session, [newcomer(ADA, "Ada"), newcomer(BOB)], intake(newsletter))


def begin(database, address=ADA):
    with database.writing() as session:
        return begin_to_forget(session, address, keyring=KEYS, now=LATER)


def finish(database, leaver):
    with database.writing() as session:
        return erase(session, leaver.subscriber_id)


def test_whoever_is_about_to_be_erased_is_mailed_nothing_more(database):
    enlist(database)
    leaver = begin(database)
    with database.reading() as session:
        mailed = session.exec(select(Subscriber.email).join(Subscription).where(may_be_mailed())).all()
        assert mailed == [BOB, BOB]
        reader = find_reader(session, ADA)
    assert sorted(leaver.subscriptions) == sorted(each.subscription_id for each in reader.subscriptions)
    assert [each.status for each in reader.subscriptions] == ["unsubscribed", "unsubscribed"]


def test_an_erased_reader_is_gone_and_stays_unmailed(database):
    enlist(database)
    leaver = begin(database)
    assert begin(database) == leaver  # as after a crash between the two steps
    assert finish(database, leaver) == Erased(subscriptions=2, consents=4)
    with database.reading() as session:
        assert find_reader(session, ADA) is None
        assert reader_standings(session, leaver.subscriptions[0]) is None
        assert find_suppression(session, ADA, KEYS).reason == FORGOTTEN
        assert session.exec(select(Subscriber.email)).all() == [BOB]
        assert len(session.exec(select(Consent)).all()) == 2
    report = import_subscribers(read_rows(["email\n", "ADA@example.org\n"]), database.writing, intake())
    assert (report.added, report.rejected) == (0, 1)
    with database.reading() as session:
        assert find_reader(session, ADA) is None


def test_of_a_suppressed_reader_not_even_the_reason_is_kept(database):
    enlist(database)
    with database.writing() as session:
        suppress(session, ADA, keyring=KEYS, reason="5.1.1 no such user", now=NOW)
    finish(database, begin(database))
    with database.reading() as session:
        found = find_suppression(session, ADA, KEYS)
        assert (found.reason, found.at) == (FORGOTTEN, LATER)


def test_of_nobody_nothing_is_written(database):
    assert begin(database, "nobody@example.org") is None
    with database.reading() as session:
        assert find_suppression(session, "nobody@example.org", KEYS) is None
