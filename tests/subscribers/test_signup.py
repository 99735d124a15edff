"""What a sign-up leads to, decided from values alone (S07, S11, S19, B11)."""

from datetime import timedelta

import pytest
from sample_readers import KEYS, NOW
from sample_sign_ups import ADA, limits, sign_up

from subscribers.address import EmailAddress
from subscribers.allowance import LATEST_ASK, Allowance, keys_of
from subscribers.signup import NOTHING, Answer, Decision, Known, Move, decide, mailbox_of
from subscribers.sliding_window import WINDOW, window_at
from subscribers.subscriber import PastAsk, SubscriptionStatus
from subscribers.tally_store import Tallies

HOUR = timedelta(hours=1)
NEW = Move("daily", None, SubscriptionStatus.PENDING)
STILL = Move("daily", SubscriptionStatus.PENDING, SubscriptionStatus.PENDING)
BACK = Move("daily", SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.RETURNING)
AWAY = Move("daily", SubscriptionStatus.RETURNING, SubscriptionStatus.RETURNING)


def known(status=None, **more):
    return Known(standings={"daily": status} if status else {}, **more)


def asked(*hours_ago, answered=False):
    return tuple(PastAsk(NOW - hours * HOUR, answered) for hours in hours_ago)


def decided(what, *newsletters, room=lambda earliest: earliest):
    return decide(what, newsletters or ("daily",), NOW, room)


@pytest.mark.parametrize(
    ("status", "move"),
    [
        (None, NEW),
        (SubscriptionStatus.PENDING, STILL),
        (SubscriptionStatus.UNSUBSCRIBED, BACK),
        (SubscriptionStatus.RETURNING, AWAY),
    ],
)
def test_who_has_something_to_confirm_is_asked_at_once(status, move):
    assert decided(known(status)) == Decision((move,), NOW)


@pytest.mark.parametrize("status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED])
def test_who_is_in_already_is_neither_moved_nor_asked(status):
    assert decided(known(status)) == NOTHING


@pytest.mark.parametrize("status", [None, *SubscriptionStatus])
def test_for_a_suppressed_address_nothing_is_ever_done_b11(status):
    assert decided(known(status, is_suppressed=True)) == NOTHING


def test_only_what_there_is_to_confirm_is_moved():
    reader = known(SubscriptionStatus.ACTIVE)
    assert decided(reader, "daily", "weekly") == Decision((Move("weekly", None, SubscriptionStatus.PENDING),), NOW)


def test_a_mail_on_its_way_is_enough_and_what_is_new_is_written_s17():
    assert decided(known(has_open=True)) == Decision((NEW,), None)
    assert decided(known(SubscriptionStatus.PENDING, has_open=True)) == NOTHING


def test_whoever_was_asked_within_a_day_is_asked_again_after_it_about_what_is_new_only_s07():
    assert decided(known(SubscriptionStatus.PENDING, asks=asked(5))) == NOTHING
    assert decided(known(asks=asked(5, answered=True))) == Decision((NEW,), NOW + 19 * HOUR)
    assert decided(known(SubscriptionStatus.PENDING, asks=asked(24))) == Decision((STILL,), NOW)


def test_whoever_never_answered_three_mails_is_neither_asked_nor_written_down_s07():
    assert decided(known(asks=asked(300, 200, 100))) == NOTHING
    assert decided(known(asks=asked(300, 200))) == Decision((NEW,), NOW)
    assert decided(known(asks=asked(300, 200, 100, answered=True))) == Decision((NEW,), NOW)


def test_the_mail_leaves_when_the_limits_have_room_and_without_any_nothing_is_written():
    assert decided(known(), room=lambda earliest: earliest + 3 * HOUR) == Decision((NEW,), NOW + 3 * HOUR)
    assert decided(known(), room=lambda _: None) == NOTHING


def test_the_second_sign_up_of_an_address_finds_what_the_first_led_to():
    first = decided(known())
    after = known().after(first)
    assert (after.has_open, after.standings) == (True, {"daily": SubscriptionStatus.PENDING})
    assert decided(after) == NOTHING
    assert known().after(NOTHING) == known()


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ada+news@example.org", "ada@example.org"),
        ("a.d.a@example.org", "a.d.a@example.org"),
        ("A.d.a+x+y@gmail.com", "ada@gmail.com"),
        ("ada@googlemail.com", "ada@gmail.com"),
    ],
)
def test_tags_and_gmails_dots_do_not_make_another_mailbox_s11(address, mailbox):
    assert mailbox_of(EmailAddress.parse(address)) == mailbox


def allowance(**bounds):
    return Allowance(limits(**bounds), Tallies(), NOW)


def answers(allowed, *kinds, ip="192.0.2.7"):
    keys = keys_of(sign_up(ip=ip), KEYS)
    return [allowed.admit(keys, is_stamped=kind == "stamped") for kind in kinds]


def test_a_network_is_turned_away_above_its_limit_and_others_are_not_s07():
    allowed = allowance(per_ip_hour=2)
    assert answers(allowed, *["stamped"] * 3) == [Answer.ACCEPTED, Answer.ACCEPTED, Answer.BUSY]
    assert answers(allowed, "stamped", ip="192.0.2.8") == [Answer.ACCEPTED]
    assert answers(allowed, *["stamped"] * 2, ip="2001:db8::1") == [Answer.ACCEPTED] * 2
    assert answers(allowed, "stamped", ip="2001:db8::ffff") == [Answer.BUSY]
    assert answers(allowed, *["stamped"] * 3, ip=None) == [Answer.ACCEPTED, Answer.ACCEPTED, Answer.BUSY]


def test_forms_without_a_stamp_are_asked_once_more_above_their_stricter_limit_s08():
    allowed = allowance(per_ip_hour=3, unstamped_per_ip_hour=1)
    assert answers(allowed, "bare", "bare", "stamped", "stamped", "bare") == [
        Answer.ACCEPTED,
        Answer.AGAIN,
        Answer.ACCEPTED,
        Answer.ACCEPTED,
        Answer.BUSY,
    ]


def rooms(allowed, addresses):
    found = []
    for address in addresses:
        keys = keys_of(sign_up(address), KEYS).mail
        found.append(allowed.room_for_mail(keys, NOW))
        if found[-1]:
            allowed.count_mail(keys, found[-1])
    return found


def test_a_mailbox_gets_one_mail_in_a_day_whatever_tag_it_is_written_with_s11():
    assert rooms(allowance(), ["ada+a@example.org", "ada+b@example.org", "bob@example.org"]) == [NOW, None, NOW]


def test_above_the_limit_of_a_domain_mails_leave_later_and_other_domains_go_first():
    numbered = [f"{number}@example.org" for number in range(4)]
    *two, third, fourth, other = rooms(allowance(per_domain_hour=2), [*numbered, "ada@example.com"])
    assert two == [NOW, NOW]
    assert window_at(NOW) + WINDOW <= third < fourth
    assert other == NOW


def test_a_well_known_provider_is_held_to_a_thousand_and_everybody_to_the_common_limit():
    found = rooms(allowance(per_domain_hour=1, mails_per_hour=3), [f"{number}@gmail.com" for number in range(4)])
    assert found[:3] == [NOW] * 3
    assert found[3] > NOW


def test_a_mail_that_would_leave_too_late_to_be_answered_is_not_queued():
    found = rooms(allowance(mails_per_hour=1), [f"{number}@example.org" for number in range(30)])
    queued = [due for due in found if due]
    assert found[-1] is None
    assert max(queued) <= NOW + LATEST_ASK
    assert len(queued) == 19  # of a limit of one the sliding hour grants every other hour


def test_no_key_holds_an_address_or_an_ip():
    keys = keys_of(sign_up(ADA), KEYS)
    assert len(set(keys.all)) == 4
    assert all(len(key.key_hash) == 32 and "ada" not in key.key_hash for key in keys.all)
