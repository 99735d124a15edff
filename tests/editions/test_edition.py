import itertools
from datetime import UTC, date, datetime

import pytest

from digest.editions.edition import Edition, EditionEvent, EditionStatus, IllegalEditionMoveError, move
from digest.editions.window import Schedule, Window

NONE, HELD, SKIPPED, MISSED, SENDING, SENT = None, *EditionStatus
HOLD, SKIP, MISS, PUBLISH, SETTLE, REOPEN = EditionEvent
NO = IllegalEditionMoveError

MOVES = {
    (NONE, HOLD): HELD,
    (HELD, HOLD): HELD,
    (HELD, SKIP): SKIPPED,
    (HELD, PUBLISH): SENDING,
    (HELD, SETTLE): NO,
    (HELD, REOPEN): NO,
    (SKIPPED, HOLD): HELD,
    (SENDING, HOLD): NO,
    (SENT, HOLD): NO,
    (HELD, MISS): MISSED,
    (MISSED, HOLD): HELD,
    (NONE, SKIP): SKIPPED,
    (NONE, MISS): MISSED,
    (NONE, PUBLISH): SENDING,
    (NONE, SETTLE): NO,
    (NONE, REOPEN): NO,
    (SKIPPED, SKIP): SKIPPED,
    (SKIPPED, MISS): NO,
    (SKIPPED, PUBLISH): SENDING,
    (SKIPPED, SETTLE): NO,
    (SKIPPED, REOPEN): NO,
    (MISSED, SKIP): SKIPPED,
    (MISSED, MISS): MISSED,
    (MISSED, PUBLISH): SENDING,
    (MISSED, SETTLE): NO,
    (MISSED, REOPEN): NO,
    (SENDING, SKIP): NO,
    (SENDING, MISS): NO,
    (SENDING, PUBLISH): NO,
    (SENDING, SETTLE): SENT,
    (SENDING, REOPEN): SENDING,
    (SENT, SKIP): NO,
    (SENT, MISS): NO,
    (SENT, PUBLISH): NO,
    (SENT, SETTLE): SENT,
    (SENT, REOPEN): SENDING,
}


def test_every_status_meets_every_event():
    assert set(MOVES) == set(itertools.product((None, *EditionStatus), EditionEvent))


@pytest.mark.parametrize(("status", "event"), MOVES)
def test_a_move_leads_where_it_should_or_is_refused(status, event):
    expected = MOVES[status, event]
    if expected is NO:
        with pytest.raises(NO, match=f"an edition that is {status or 'not there'} can't {event}"):
            move(status, event)
    else:
        assert move(status, event) is expected


@pytest.mark.parametrize("status", [SENDING, SENT])
def test_nothing_leads_back_from_published(status):
    assert {MOVES[status, event] for event in EditionEvent} <= {SENDING, SENT, NO}


@pytest.mark.parametrize(
    ("status", "published", "settled"),
    [
        (HELD, False, False),
        (SKIPPED, False, False),
        (MISSED, False, False),
        (SENDING, True, False),
        (SENT, True, True),
    ],
)
def test_an_edition_knows_whether_it_is_out_and_done(status, published, settled):
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    schedule = Schedule(date(2026, 3, 14), Window(noon, noon), noon, noon)
    edition = Edition(1, "daily", schedule, status, None)
    assert (edition.is_published, edition.is_settled) == (published, settled)
