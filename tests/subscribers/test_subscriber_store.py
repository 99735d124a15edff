import pytest
from sample_readers import KEYS, LATER, NOW, intake, newcomer
from sqlmodel import col, select

from subscribers.store import change_standing, may_be_mailed, standing_counts, subscribe_imported
from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError, suppress, suppressed_keys
from subscribers.tables import Consent, Subscriber, Subscription, Suppression


def bring(database, *newcomers, **word):
    with database.writing() as session:
        return subscribe_imported(session, newcomers, intake(**word))


def change(database, number, event, now=LATER):
    with database.writing() as session:
        moved = change_standing(session, number, event, provenance="a link", now=now)
        return moved.status if moved else None


def all_of(database, table):
    with database.reading() as session:
        return list(session.exec(select(table).order_by(*table.__table__.primary_key)))


def mailable(database, newsletter="daily"):
    with database.reading() as session:
        found = session.exec(
            select(Subscriber.email)
            .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
            .where(Subscription.newsletter == newsletter, may_be_mailed())
            .order_by(Subscriber.email)
        )
        return list(found)


def test_an_imported_reader_is_active_at_once(database):
    assert bring(database, newcomer("Ada@example.org", "Ada")) == {"ada@example.org": None}
    (reader,), (subscription,) = all_of(database, Subscriber), all_of(database, Subscription)
    assert (reader.email, reader.email_key, reader.name) == ("Ada@example.org", "ada@example.org", "Ada")
    assert reader.address_hash == KEYS.address_hash("ada@example.org")
    assert (subscription.newsletter, subscription.status) == ("daily", "active")
    assert reader.created_at == subscription.changed_at == NOW
    assert mailable(database) == ["Ada@example.org"]


def test_a_consent_says_what_happened_when_and_on_whose_word(database):
    bring(database, newcomer("ada@example.org"), provenance="the fair of 2026")
    (consent,) = all_of(database, Consent)
    assert (consent.event, consent.at, consent.provenance) == ("import", NOW, "the fair of 2026")


def test_importing_again_changes_nothing_and_logs_nothing(database):
    bring(database, newcomer("ada@example.org", "Ada"))
    assert bring(database, newcomer("ADA@example.org", "Someone"), now=LATER) == {
        "ada@example.org": SubscriptionStatus.ACTIVE
    }
    (reader,), (subscription,) = all_of(database, Subscriber), all_of(database, Subscription)
    assert (reader.email, reader.name, subscription.changed_at) == ("ada@example.org", "Ada", NOW)
    assert len(all_of(database, Consent)) == 1


def test_of_several_spellings_at_once_the_first_counts(database):
    bring(database, newcomer("Ada@example.org", "Ada"), newcomer("ADA@example.org", "ADA"))
    assert [(reader.email, reader.name) for reader in all_of(database, Subscriber)] == [("Ada@example.org", "Ada")]


def test_a_reader_of_two_newsletters_is_one_reader_with_two_subscriptions(database):
    bring(database, newcomer("ada@example.org"))
    bring(database, newcomer("ada@example.org"), newsletter="weekly")
    assert len(all_of(database, Subscriber)) == 1
    assert [row.newsletter for row in all_of(database, Subscription)] == ["daily", "weekly"]


def test_who_left_is_not_brought_back_by_an_import(database):
    bring(database, newcomer("ada@example.org"))
    assert change(database, 1, SubscriptionEvent.UNSUBSCRIBE) == "unsubscribed"
    assert bring(database, newcomer("ada@example.org")) == {"ada@example.org": SubscriptionStatus.UNSUBSCRIBED}
    assert mailable(database) == []
    assert [consent.event for consent in all_of(database, Consent)] == ["import", "unsubscribe"]


def test_leaving_one_newsletter_leaves_the_other(database):
    bring(database, newcomer("ada@example.org"))
    bring(database, newcomer("ada@example.org"), newsletter="weekly")
    change(database, 1, SubscriptionEvent.UNSUBSCRIBE)
    assert (mailable(database), mailable(database, "weekly")) == ([], ["ada@example.org"])


def test_leaving_twice_is_harmless_and_logged_once(database):
    bring(database, newcomer("ada@example.org"))
    for _ in range(2):
        assert change(database, 1, SubscriptionEvent.UNSUBSCRIBE) == "unsubscribed"
    assert [(row.event, row.at, row.provenance) for row in all_of(database, Consent)][1:] == [
        ("unsubscribe", LATER, "a link")
    ]


def test_who_left_may_come_back(database):
    bring(database, newcomer("ada@example.org"))
    change(database, 1, SubscriptionEvent.UNSUBSCRIBE)
    assert change(database, 1, SubscriptionEvent.RESUBSCRIBE) == "active"
    assert mailable(database) == ["ada@example.org"]
    assert all_of(database, Subscription)[0].changed_at == LATER


def test_a_subscription_that_was_erased_is_none_and_not_an_error(database):
    assert change(database, 4711, SubscriptionEvent.UNSUBSCRIBE) is None


def test_a_move_that_does_not_exist_is_refused_and_changes_nothing(database):
    bring(database, newcomer("ada@example.org"))
    with database.writing() as session:
        session.get_one(Subscription, 1).status = "pending"
    with pytest.raises(IllegalMoveError, match="that is pending can't resubscribe"):
        change(database, 1, SubscriptionEvent.RESUBSCRIBE)
    assert len(all_of(database, Consent)) == 1


def test_a_pending_reader_becomes_active_by_an_import(database):
    bring(database, newcomer("ada@example.org"))
    with database.writing() as session:
        session.get_one(Subscription, 1).status = "pending"
    assert mailable(database) == []
    assert bring(database, newcomer("ada@example.org")) == {"ada@example.org": SubscriptionStatus.PENDING}
    assert mailable(database) == ["ada@example.org"]


def test_a_suppressed_address_is_never_mailed_on_any_newsletter(database):
    bring(database, newcomer("ada@example.org"), newcomer("bob@example.org"))
    bring(database, newcomer("ada@example.org"), newsletter="weekly")
    with database.writing() as session:
        suppress(session, "ada@example.org", keyring=KEYS, reason="complaint", now=NOW)
    assert (mailable(database), mailable(database, "weekly")) == (["bob@example.org"], [])
    with database.reading() as session:
        assert suppressed_keys(session, ["ada@example.org", "bob@example.org"], KEYS) == {"ada@example.org"}


def test_suppressing_twice_keeps_the_first_reason(database):
    with database.writing() as session:
        for reason in ("complaint", "bounce"):
            suppress(session, "ada@example.org", keyring=KEYS, reason=reason, now=NOW)
    with database.writing() as session:
        suppress(session, "ada@example.org", keyring=KEYS, reason="erased", now=LATER)
    assert [(row.reason, row.at) for row in all_of(database, Suppression)] == [("complaint", NOW)]


def test_a_suppressed_reader_can_leave_but_not_come_back(database):
    bring(database, newcomer("ada@example.org"))
    with database.writing() as session:
        suppress(session, "ada@example.org", keyring=KEYS, reason="complaint", now=NOW)
    assert change(database, 1, SubscriptionEvent.UNSUBSCRIBE) == "unsubscribed"
    with pytest.raises(SuppressedAddressError, match="subscription 1 must not be mailed"):
        change(database, 1, SubscriptionEvent.RESUBSCRIBE)
    assert all_of(database, Subscription)[0].status == "unsubscribed"


def test_the_number_of_an_erased_subscription_is_never_given_again(database):
    bring(database, newcomer("ada@example.org"))
    with database.writing() as session:
        for table in (Consent, Subscription, Subscriber):
            session.delete(session.get_one(table, 1))
            session.flush()
    bring(database, newcomer("bob@example.org"))
    assert (all_of(database, Subscription)[0].id, all_of(database, Subscriber)[0].id) == (2, 2)


def test_readers_are_counted_by_newsletter_and_status(database):
    bring(database, newcomer("ada@example.org"), newcomer("bob@example.org"), newcomer("eve@example.org"))
    bring(database, newcomer("ada@example.org"), newsletter="weekly")
    change(database, 1, SubscriptionEvent.UNSUBSCRIBE)
    with database.reading() as session:
        assert standing_counts(session) == {"daily": {"active": 2, "unsubscribed": 1}, "weekly": {"active": 1}}


def test_nobody_is_no_counts_and_no_suppressions(database):
    assert bring(database) == {}
    with database.reading() as session:
        assert standing_counts(session) == {}
        assert suppressed_keys(session, [], KEYS) == set()
