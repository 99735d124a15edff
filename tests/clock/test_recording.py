"""What is recorded of an edition that did not go out, by whoever comes after."""

from datetime import timedelta

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure

from digest.building import schedule_of
from digest.clock.agenda import DueEdition
from digest.clock.recording import record_absence
from digest.editions.due import Act
from digest.editions.edition import EditionStatus
from digest.editions.store import record_held


@pytest.mark.parametrize("last_words", [None, "NotApprovedError"])
def test_one_that_was_held_until_its_deadline_is_missed_with_the_reason_of_the_hold(database, tmp_path, last_words):
    settings = configure(tmp_path, database.url)
    schedule = schedule_of(settings.newsletters[NEWSLETTER], DAY, None)
    with database.writing() as session:
        record_held(session, NEWSLETTER, schedule, "the sources have dried up", MORNING)
    late = schedule.deadline + timedelta(minutes=1)
    missed = record_absence(database, settings, DueEdition(NEWSLETTER, DAY, Act.MISS), last_words, late)
    assert missed.status is EditionStatus.MISSED
    assert missed.reason.endswith(f"; the last try: {last_words or 'held, the sources have dried up'}")
