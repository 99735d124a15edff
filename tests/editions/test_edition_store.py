from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from digest.editions.compose import EditorsTexts
from digest.editions.contents import PlacedStory
from digest.editions.due import Standing
from digest.editions.due_store import standings
from digest.editions.edition import EditionEvent, EditionStatus, IllegalEditionMoveError
from digest.editions.mailed_store import mailed_stories, mailed_urls
from digest.editions.store import (
    Previous,
    change_status,
    find_edition,
    freeze_stories,
    frozen_artifact,
    frozen_stories,
    later_edition,
    move_deadline,
    previous_edition,
    record_held,
    record_missed,
    record_published,
    record_skipped,
)
from digest.editions.tables import ArtifactRow, EditionRow
from digest.editions.texts_store import editors_texts, write_text
from digest.editions.window import Schedule, Window

DAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)


def schedule(day=DAY):
    cutoff = datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC)
    window = Window(cutoff - timedelta(days=1), cutoff)
    return Schedule(day, window, cutoff + timedelta(minutes=30), cutoff + timedelta(hours=5))


def published(database, day=DAY, newsletter="daily", subject="Ferries"):
    with database.writing() as session:
        edition = record_published(session, newsletter, schedule(day), NOW)
        session.add(
            ArtifactRow(edition_id=edition.id, sha256="0" * 64, subject=subject, standfirst="", html=b"\x00", text=b"t")
        )
    return edition


def skipped(database, day=DAY, reason="no story"):
    with database.writing() as session:
        return record_skipped(session, "daily", schedule(day), reason, NOW)


def ask(database, question, *about):
    with database.reading() as session:
        return question(session, *about)


def test_an_edition_comes_back_as_it_was_recorded(database):
    edition = published(database)
    assert ask(database, find_edition, "daily", DAY) == edition
    assert (edition.status, edition.schedule, edition.reason) == (EditionStatus.SENDING, schedule(), None)
    assert edition.schedule.window.start.tzinfo is UTC


def test_there_is_no_edition_before_one_is_recorded(database):
    published(database)
    assert ask(database, find_edition, "daily", DAY + timedelta(days=1)) is None
    assert ask(database, find_edition, "weekly", DAY) is None


def test_a_date_has_one_edition_only(database):
    published(database)
    with pytest.raises(IllegalEditionMoveError, match="that is sending can't publish"):
        published(database)
    with pytest.raises(IllegalEditionMoveError, match="that is sending can't skip"):
        skipped(database)
    published(database, newsletter="weekly")


def test_the_database_itself_refuses_a_second_edition_of_a_date(database):
    published(database)
    times = dict.fromkeys(("window_start", "window_end", "send_at", "deadline", "recorded_at"), NOW)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(EditionRow(newsletter="daily", local_date=DAY, status="sending", **times))


def test_a_skipped_edition_says_why_and_may_still_be_published(database):
    first = skipped(database, reason="2 stories in the window")
    assert ask(database, find_edition, "daily", DAY).reason == "2 stories in the window"
    assert skipped(database, reason="no story").id == first.id
    out = published(database)
    assert (out.id, out.status, out.reason) == (first.id, EditionStatus.SENDING, None)


def test_a_held_edition_says_why_counts_for_nothing_and_may_be_published(database):
    with database.writing() as session:
        held = record_held(session, "daily", schedule(), "no feed came in", NOW)
    assert (held.status, held.reason, held.is_published) == (EditionStatus.HELD, "no feed came in", False)
    assert ask(database, later_edition, "daily", DAY - timedelta(days=1)) is None
    assert published(database).id == held.id


def test_the_previous_edition_is_the_last_published_one_and_skipped_ones_count_for_nothing(database):
    skipped(database, DAY - timedelta(days=4))
    published(database, DAY - timedelta(days=3), subject="Older")
    published(database, DAY - timedelta(days=2), subject="Old")
    skipped(database, DAY - timedelta(days=1))
    published(database, DAY - timedelta(days=1), newsletter="weekly", subject="Other")
    published(database, DAY + timedelta(days=1), subject="Later")
    end = schedule(DAY - timedelta(days=2)).window.end
    assert ask(database, previous_edition, "daily", DAY) == Previous(end, "Old", NOW)
    assert ask(database, previous_edition, "daily", DAY - timedelta(days=4)) is None


def test_where_every_edition_was_skipped_nothing_is_covered_that_the_first_would_have_held(database):
    for days in (2, 4, 3):
        skipped(database, DAY - timedelta(days=days))
    first = schedule(DAY - timedelta(days=4))
    assert ask(database, previous_edition, "daily", DAY) == Previous(first.window.start)
    assert ask(database, previous_edition, "weekly", DAY) is None


def test_what_was_mailed_is_known_for_each_newsletter_however_much_is_asked(database):
    edition, other = published(database), published(database, newsletter="weekly")
    asked = [f"https://post.example/{number}" for number in range(1100)]
    with database.writing() as session:
        for one, urls in ((edition, [asked[3], asked[1001]]), (other, [asked[5]])):
            freeze_stories(session, one, [PlacedStory("City", "A", url, "The Post", False, ()) for url in urls])
    assert ask(database, mailed_urls, "daily", asked) == {asked[3], asked[1001]}
    assert ask(database, mailed_urls, "daily", []) == frozenset()


def test_what_was_mailed_in_some_days_comes_the_latest_first_with_what_it_told(database):
    told = PlacedStory("City", "A", "https://post.example/1", "The Post", False, (), told="It rained.")
    for days in (0, 1, 2):
        edition = published(database, DAY + timedelta(days=days))
        with database.writing() as session:
            freeze_stories(session, edition, [told])
    found = ask(database, mailed_stories, "daily", DAY + timedelta(days=1), DAY + timedelta(days=3))
    assert [story.local_date for story in found] == [DAY + timedelta(days=2), DAY + timedelta(days=1)]
    assert {(story.summary, story.mailed_at) for story in found} == {("It rained.", NOW)}
    assert found[0].published == schedule(DAY + timedelta(days=2)).window.end  # no article tells it any more
    assert ask(database, mailed_stories, "weekly", DAY, DAY + timedelta(days=9)) == []


def test_a_later_edition_is_the_next_published_one(database):
    published(database)
    skipped(database, DAY + timedelta(days=1))
    assert ask(database, later_edition, "daily", DAY) is None
    published(database, DAY + timedelta(days=3))
    published(database, DAY + timedelta(days=2))
    assert ask(database, later_edition, "daily", DAY) == DAY + timedelta(days=2)
    assert ask(database, later_edition, "weekly", DAY) is None


def test_stories_are_frozen_in_their_order_with_their_reasons(database):
    edition = published(database)
    stories = [
        PlacedStory("lead", "Fähren “still”", "https://post.example/1", "The Post", False, ("lead: first", "weight 1")),
        PlacedStory("City", "A", "https://post.example/0", "Wire", True, ()),
    ]
    with database.writing() as session:
        freeze_stories(session, edition, stories)
    assert ask(database, frozen_stories, edition) == tuple(stories)
    other = published(database, DAY + timedelta(days=1))
    assert ask(database, frozen_stories, other) == ()


def test_the_frozen_artifact_is_the_editions_own(database):
    edition = published(database, subject="Mine")
    published(database, DAY + timedelta(days=1), subject="Not mine")
    artifact = ask(database, frozen_artifact, edition)
    assert (artifact.subject, artifact.html) == ("Mine", b"\x00")


def test_a_status_moves_only_where_the_rules_lead(database):
    edition = published(database)
    with database.writing() as session:
        change_status(session, edition, EditionEvent.SETTLE)
    assert ask(database, find_edition, "daily", DAY).is_settled
    with pytest.raises(IllegalEditionMoveError, match="that is sent can't skip"), database.writing() as session:
        change_status(session, edition, EditionEvent.SKIP)
    with database.writing() as session:
        change_status(session, edition, EditionEvent.REOPEN)
    assert ask(database, find_edition, "daily", DAY).status is EditionStatus.SENDING


def test_a_deadline_can_be_moved(database):
    edition = published(database)
    later = schedule().deadline + timedelta(hours=3)
    with database.writing() as session:
        move_deadline(session, edition, later)
    assert ask(database, find_edition, "daily", DAY).schedule == replace(schedule(), deadline=later)


def test_the_newest_words_of_an_editor_count_and_the_rest_is_left_to_composing(database):
    with database.writing() as session:
        for text in ("First thought", "Second thought"):
            write_text(session, "daily", DAY, "subject", text, "kim", NOW)
        write_text(session, "daily", DAY + timedelta(days=1), "standfirst", "Tomorrow", "kim", NOW)
        write_text(session, "weekly", DAY, "standfirst", "Elsewhere", "kim", NOW)
    assert ask(database, editors_texts, "daily", DAY) == EditorsTexts(subject="Second thought")
    assert ask(database, editors_texts, "daily", DAY - timedelta(days=1)) == EditorsTexts()


def test_a_missed_edition_has_its_reason_and_counts_for_nothing_before_the_next_one(database):
    published(database, DAY - timedelta(days=1))
    with database.writing() as session:
        missed = record_missed(session, "daily", schedule(), "nobody was there", NOW)
    assert (missed.status, missed.reason, missed.is_published) == (EditionStatus.MISSED, "nobody was there", False)
    assert (
        ask(database, previous_edition, "daily", DAY + timedelta(days=1)).covered_until == missed.schedule.window.start
    )
    assert ask(database, later_edition, "daily", DAY - timedelta(days=1)) is None
    assert published(database).reason is None


def test_where_editions_stand_is_asked_of_the_last_dates_and_of_those_under_way(database):
    published(database, DAY - timedelta(days=30))
    skipped(database, DAY - timedelta(days=29))
    skipped(database, DAY)
    published(database, DAY, newsletter="weekly")
    deadlines = {day: schedule(day).deadline for day in (DAY - timedelta(days=30), DAY)}
    assert ask(database, standings, "daily", DAY - timedelta(days=7)) == {
        DAY - timedelta(days=30): Standing(EditionStatus.SENDING, deadlines[DAY - timedelta(days=30)]),
        DAY: Standing(EditionStatus.SKIPPED, deadlines[DAY]),
    }
