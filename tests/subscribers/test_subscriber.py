import itertools

import pytest

from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus, move

NOBODY, PENDING, ACTIVE, LEFT = None, *SubscriptionStatus
IMPORT, UNSUBSCRIBE, RESUBSCRIBE = SubscriptionEvent

MOVES = {
    (NOBODY, IMPORT): ACTIVE,
    (NOBODY, UNSUBSCRIBE): IllegalMoveError,
    (NOBODY, RESUBSCRIBE): IllegalMoveError,
    (PENDING, IMPORT): ACTIVE,
    (PENDING, UNSUBSCRIBE): LEFT,
    (PENDING, RESUBSCRIBE): IllegalMoveError,
    (ACTIVE, IMPORT): ACTIVE,
    (ACTIVE, UNSUBSCRIBE): LEFT,
    (ACTIVE, RESUBSCRIBE): ACTIVE,
    (LEFT, IMPORT): LEFT,
    (LEFT, UNSUBSCRIBE): LEFT,
    (LEFT, RESUBSCRIBE): ACTIVE,
}


def test_every_status_meets_every_event():
    assert set(MOVES) == set(itertools.product((None, *SubscriptionStatus), SubscriptionEvent))


@pytest.mark.parametrize(("status", "event"), MOVES)
def test_a_move_leads_where_it_should_or_is_refused(status, event):
    expected = MOVES[status, event]
    if expected is IllegalMoveError:
        with pytest.raises(IllegalMoveError, match=f"that is {status or 'not there'} can't {event}"):
            move(status, event)
    else:
        assert move(status, event) is expected


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_leaving_is_possible_from_everywhere_and_only_the_reader_comes_back(status):
    assert move(status, UNSUBSCRIBE) is LEFT
    assert [event for event in SubscriptionEvent if move(LEFT, event) is ACTIVE] == [RESUBSCRIBE]


@pytest.mark.parametrize(("status", "event"), [pair for pair, to in MOVES.items() if to is not IllegalMoveError])
def test_the_same_event_twice_leads_no_further(status, event):
    assert move(move(status, event), event) is move(status, event)
