import itertools
from datetime import UTC, datetime, timedelta

import pytest

from subscribers.subscriber import (
    CONFIRMING,
    AddressEvent,
    AddressStanding,
    IllegalMoveError,
    PastAsk,
    SubscriptionEvent,
    SubscriptionStatus,
    address_move,
    lapsed,
    may_ask,
    move,
    moves_of,
)

NOBODY, PENDING, ACTIVE, PAUSED, LEFT, RETURNING = FROM = (None, *SubscriptionStatus)
SIGN_UP, CONFIRM, IMPORT, PAUSE, RESUME, UNSUBSCRIBE, RESUBSCRIBE, LAPSE = SubscriptionEvent
FREE, SUPPRESSED, FORGOTTEN = AddressStanding
ASK, CHANGE_ADDRESS, SUPPRESS, FORGET = AddressEvent
NO = IllegalMoveError

# As the design has it: an event's row says where it leads from each of FROM.
TABLE = {
    SIGN_UP: (PENDING, PENDING, ACTIVE, PAUSED, RETURNING, RETURNING),
    CONFIRM: (NO, ACTIVE, ACTIVE, PAUSED, NO, ACTIVE),
    IMPORT: (ACTIVE, ACTIVE, ACTIVE, PAUSED, LEFT, RETURNING),
    PAUSE: (NO, NO, PAUSED, PAUSED, NO, NO),
    RESUME: (NO, NO, ACTIVE, ACTIVE, NO, NO),
    UNSUBSCRIBE: (NO, LEFT, LEFT, LEFT, LEFT, LEFT),
    RESUBSCRIBE: (NO, NO, ACTIVE, ACTIVE, ACTIVE, ACTIVE),
    LAPSE: (NO, NO, NO, NO, NO, LEFT),
}
MOVES = {(status, event): to for event, row in TABLE.items() for status, to in zip(FROM, row, strict=True)}
LEGAL = [pair for pair, to in MOVES.items() if to is not NO]

ADDRESS_TABLE = {
    ASK: (FREE, NO, NO),
    CHANGE_ADDRESS: (FREE, NO, NO),
    SUPPRESS: (SUPPRESSED, SUPPRESSED, FORGOTTEN),
    FORGET: (FORGOTTEN, FORGOTTEN, FORGOTTEN),
}
NOW = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_every_status_meets_every_event():
    assert set(MOVES) == set(itertools.product(FROM, SubscriptionEvent))


@pytest.mark.parametrize(("status", "event"), MOVES)
def test_a_move_leads_where_it_should_or_is_refused(status, event):
    expected = MOVES[status, event]
    if expected is IllegalMoveError:
        with pytest.raises(IllegalMoveError, match=f"that is {status or 'not there'} can't {event}"):
            move(status, event)
    else:
        assert move(status, event) is expected


def test_the_moves_of_an_event_are_all_its_legal_ones_and_cannot_be_changed():
    for event in SubscriptionEvent:
        assert moves_of(event) == {status: to for (status, its), to in MOVES.items() if its is event and to is not NO}
    with pytest.raises(TypeError, match="does not support item assignment"):
        moves_of(IMPORT)[LEFT] = ACTIVE


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_leaving_is_possible_from_everywhere_and_only_the_reader_comes_back(status):
    assert move(status, UNSUBSCRIBE) is LEFT
    assert [event for event in SubscriptionEvent if MOVES[LEFT, event] is ACTIVE] == [RESUBSCRIBE]


def test_whom_a_stranger_signs_up_again_is_neither_mailed_nor_brought_back_by_an_import_s19():
    after = move(move(LEFT, SIGN_UP), IMPORT)
    assert after is RETURNING
    assert move(after, CONFIRM) is ACTIVE


def test_only_what_the_reader_agreed_to_makes_anybody_active():
    into_active = {event for (status, event), to in MOVES.items() if to is ACTIVE and status not in (ACTIVE, PAUSED)}
    assert into_active == CONFIRMING


@pytest.mark.parametrize(("status", "event"), [pair for pair in LEGAL if pair[1] is not LAPSE])
def test_the_same_event_twice_leads_no_further(status, event):
    assert move(move(status, event), event) is move(status, event)


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_of_who_does_not_confirm_in_time_only_that_they_had_left_is_remembered_s07(status):
    if status in (PENDING, RETURNING):
        assert lapsed(status) is (None if status is PENDING else LEFT)
    else:
        with pytest.raises(IllegalMoveError, match=f"that is {status} can't lapse"):
            lapsed(status)


@pytest.mark.parametrize("event", AddressEvent)
@pytest.mark.parametrize("standing", AddressStanding)
def test_an_address_moves_where_it_should_or_is_refused_and_is_never_freed_b11(standing, event):
    expected = ADDRESS_TABLE[event][list(AddressStanding).index(standing)]
    if expected is IllegalMoveError:
        with pytest.raises(IllegalMoveError, match=f"an address that is {standing} can't {event}"):
            address_move(standing, event)
    else:
        assert address_move(standing, event) is expected


def asks(*hours_ago, answered=False):
    return [PastAsk(NOW - ago * HOUR, answered) for ago in hours_ago]


@pytest.mark.parametrize(
    ("past", "allowed"),
    [
        ([], NOW),
        (asks(24), NOW),
        (asks(23), NOW + HOUR),
        (asks(100, 23, 50), None),
        (asks(100, 50), NOW),
        (asks(23, answered=True), NOW + HOUR),
        (asks(400, 300, 200, 100, answered=True), NOW),
        ([*asks(400, answered=True), *asks(300, 200, 100)], None),
        (asks(-1), NOW + 25 * HOUR),
    ],
)
def test_an_address_is_asked_once_in_24_hours_and_three_times_in_vain_at_the_most_s07(past, allowed):
    assert may_ask(past, NOW) == allowed
    assert may_ask(past[::-1], NOW) == allowed
