from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sample_configuration import raw

from digest.articles.article import Article, Image
from digest.articles.store import store_articles
from digest.building import build_edition, publication_of, schedule_of, template_of
from digest.editions.compose import LATE, WITHDRAWN
from digest.editions.contents import PlacedStory
from digest.editions.hand import Act, Override
from digest.editions.hand_store import record_override
from digest.editions.store import (
    Previous,
    freeze_stories,
    previous_edition,
    record_published,
    record_skipped,
)
from digest.editions.tables import ArtifactRow
from digest.editions.texts_store import write_text
from digest.gathering import TOO_OLD
from digest.rendering.template_folder import templates_folder
from digest.settings import Settings

DAY = date(2026, 3, 30)  # in Lisbon the day after the clocks went forward
CUTOFF = datetime(2026, 3, 30, 4, 30, tzinfo=UTC)
EARLIEST = datetime(2026, 3, 23, 5, 30, tzinfo=UTC)  # the cut-off seven days before
SLUG = "daily-headlines"
SETTINGS = Settings.model_validate(raw())
NEWSLETTER = SETTINGS.newsletters[SLUG]


def article(name, published, **changes):
    told = {
        "url": f"https://www.post.example/{name}",
        "source": "The Harbour Post",
        "own": True,
        "headline": f"The ferry to {name} sails again",
        "summary": f"The island of {name} has fuel for nine days, the harbour master says.",
        "body_html": "<p>x</p>",
        "published": published,
    }
    return Article(**(told | changes))


def store(database, *articles, at=CUTOFF):
    with database.writing() as session:
        store_articles(session, articles, at)


def skip(database, day):
    with database.reading() as session:
        schedule = schedule_of(NEWSLETTER, day, previous_edition(session, SLUG, day))
    with database.writing() as session:
        record_skipped(session, SLUG, schedule, "1 story in the window", CUTOFF)


def names(stories):
    return {story.url.rpartition("/")[2] for story in stories}


def build(database, settings=SETTINGS, day=DAY, **how):
    with database.reading() as session:
        return build_edition(session, settings, SLUG, day, **how)


def placed(article):
    return PlacedStory("lead", article.headline, article.url, article.source, False, ())


def three(before=CUTOFF):
    return [article(name, before - timedelta(hours=hours)) for hours, name in enumerate(("Alder", "Birch", "Cedar"), 1)]


def publish(database, day, stories=(), at=CUTOFF):
    with database.writing() as session:
        schedule = schedule_of(NEWSLETTER, day, None)
        edition = record_published(session, SLUG, schedule, at)
        freeze_stories(session, edition, stories)
        session.add(
            ArtifactRow(
                edition_id=edition.id,
                sha256="",
                subject="The ferry to Alder sails again",
                standfirst="",
                html=b"",
                text=b"",
            )
        )
        return schedule


def test_a_schedule_is_wall_clock_time_in_the_newsletters_zone():
    schedule = schedule_of(NEWSLETTER, date(2026, 3, 29), None)
    assert schedule.window.start == datetime(2026, 3, 28, 5, 30, tzinfo=UTC)
    assert schedule.window.end == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert schedule.send_at == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert schedule.deadline == datetime(2026, 3, 29, 9, tzinfo=UTC)


def test_a_window_reaches_back_to_the_previous_edition_but_seven_days_at_most():
    yesterday_but_one = Previous(CUTOFF - timedelta(days=2), "x")
    assert schedule_of(NEWSLETTER, DAY, yesterday_but_one).window.start == CUTOFF - timedelta(days=2)
    long_ago = Previous(CUTOFF - timedelta(days=400), "x")
    assert schedule_of(NEWSLETTER, DAY, long_ago).window.start == EARLIEST


def test_an_edition_is_built_of_the_articles_in_its_window(database):
    store(
        database,
        *three(),
        article("early", CUTOFF - timedelta(days=1, microseconds=1)),
        article("first", CUTOFF - timedelta(days=1)),
        article("late", CUTOFF),
    )
    built = build(database)
    assert names(built.stories) == {"Alder", "Birch", "Cedar", "first"}
    assert (built.shortfall, built.left_out) == (None, ())
    assert all(story.url in built.artifact.html and story.url in built.artifact.text for story in built.stories)
    assert built.artifact.subject == "The ferry to Alder sails again"


def test_building_writes_nothing_and_gives_the_same_bytes_again(database):
    store(database, *three())
    assert build(database).artifact.sha256 == build(database).artifact.sha256


def test_the_look_is_inlined_once_for_an_edition(database):
    store(database, *three())
    inlined = []

    def inline(page):
        inlined.append(page)
        return page

    build(database, inline=inline)
    assert len(inlined) == 1


def test_the_stories_of_a_day_without_an_edition_go_to_the_next_one(database):
    store(database, *three(CUTOFF - timedelta(days=1)))
    previous = publish(database, DAY - timedelta(days=2))
    built = build(database)
    assert built.schedule.window.start == previous.window.end
    assert len(built.stories) == 3
    assert built.artifact.subject == "The ferry to Alder sails again (2026-03-30)"


def test_the_first_edition_after_skipped_days_holds_their_stories(database):
    early = article("early", CUTOFF - timedelta(days=2, hours=1))
    store(database, early, *three())
    for days in (2, 1):
        skip(database, DAY - timedelta(days=days))
    built = build(database)
    assert built.schedule.window.start == CUTOFF.replace(hour=5) - timedelta(days=3)  # the clocks went forward since
    assert names(built.stories) == {"Alder", "Birch", "Cedar", "early"}


def test_an_article_stored_after_its_edition_was_out_comes_in_the_next_one(database):
    before, out = CUTOFF - timedelta(days=1), CUTOFF - timedelta(hours=23)
    mailed, unplaced, late = (article(name, before - timedelta(hours=2)) for name in ("mailed", "unplaced", "late"))
    again = article("again", before - timedelta(hours=3))
    old = article("old", EARLIEST - timedelta(seconds=1))
    store(database, mailed, unplaced, at=before)
    publish(database, DAY - timedelta(days=1), (placed(mailed), placed(again)), at=out)
    store(database, late, again, old, *three(), at=out + timedelta(seconds=1))
    built = build(database)
    assert names(built.stories) == {"late", "Alder", "Birch", "Cedar"}
    assert [story.url for story in built.stories if LATE in story.reasons] == [late.url]
    assert built.left_out == ()


def test_a_post_dated_story_waits_for_the_edition_of_its_own_day(database):
    store(database, article("tomorrow", CUTOFF + timedelta(hours=1)), *three())
    assert "tomorrow" not in names(build(database).stories)
    publish(database, DAY, [placed(one) for one in three()])
    store(database, *three(CUTOFF + timedelta(days=1)))
    assert "tomorrow" in names(build(database, day=DAY + timedelta(days=1)).stories)


def test_an_embargoed_story_is_held_back_said_to_be_and_in_the_first_edition_that_closes_after_it(database):
    free = CUTOFF + timedelta(hours=3)
    held = article("secret", CUTOFF - timedelta(hours=5), not_before=free)
    store(database, held, *three())
    built = build(database)
    assert [(left.url, left.why) for left in built.left_out] == [(held.url, "held back until 2026-03-30 07:30 UTC")]
    assert held.headline not in built.artifact.html
    publish(database, DAY, built.stories)
    following = build(database, day=DAY + timedelta(days=1))
    assert (names(following.stories), following.left_out) == ({"secret"}, ())
    publish(database, DAY + timedelta(days=1), following.stories)
    assert build(database, day=DAY + timedelta(days=2)).stories == ()


def test_a_withdrawn_story_stands_in_no_edition_and_the_editor_hears_of_it(database):
    store(database, article("gone", CUTOFF - timedelta(hours=5)), *three())
    store(database, article("gone", CUTOFF - timedelta(hours=5), withdrawn=True))
    built = build(database)
    assert names(built.stories) == {"Alder", "Birch", "Cedar"}
    assert [left.why for left in built.left_out] == [WITHDRAWN]
    store(database, article("gone", CUTOFF - timedelta(hours=5)))
    assert "gone" not in names(build(database).stories)


def test_a_story_that_was_withdrawn_and_comes_back_is_in_the_next_edition_once(database):
    gone = article("gone", CUTOFF - timedelta(hours=5), withdrawn=True)
    store(database, gone, *three())
    publish(database, DAY, build(database).stories)
    store(database, replace(gone, withdrawn=False), at=CUTOFF + timedelta(hours=9))
    following = build(database, day=DAY + timedelta(days=1))
    assert (names(following.stories), following.stories[0].reasons[-1]) == ({"gone"}, LATE)
    publish(database, DAY + timedelta(days=1), following.stories, at=CUTOFF + timedelta(days=1))
    assert build(database, day=DAY + timedelta(days=2)).stories == ()


def test_what_an_editor_should_know_of_a_story_is_among_the_reasons(database):
    store(database, article("odd", CUTOFF - timedelta(hours=1), flagged="its feed dated it 2031-01-01"), *three())
    (odd,) = (story for story in build(database).stories if story.url.endswith("/odd"))
    assert odd.reasons[-1] == "its feed dated it 2031-01-01"


def test_an_outlets_same_words_at_two_addresses_are_one_story(database):
    once, again = article("storm", CUTOFF - timedelta(hours=2)), article("storm-2", CUTOFF - timedelta(hours=1))
    again = replace(again, headline=once.headline, summary=once.summary.upper())
    other = replace(again, url="https://www.post.example/storm-3", summary="What the harbour master says is not so.")
    store(database, once, again, other, *three())
    built = build(database)
    assert {story.url for story in built.stories} >= {once.url, other.url}
    assert [(left.url, left.why) for left in built.left_out] == [(again.url, f"{once.url} says the same")]


def test_what_has_not_settled_waits_and_is_not_lost_when_the_setting_changes(database):
    young = [article(name, CUTOFF - timedelta(minutes=minutes)) for name, minutes in (("Elm", 16), ("Fir", 15))]
    store(database, *young, *three())
    settling = Settings.model_validate(raw(newsletter={"settle_minutes": 15}))
    first = build(database, settling)
    assert names(first.stories) == {"Alder", "Birch", "Cedar", "Elm"}
    with database.writing() as session:
        edition = record_published(session, SLUG, first.schedule, CUTOFF)
        session.add(ArtifactRow(edition_id=edition.id, sha256="", subject="", standfirst="", html=b"", text=b""))
    assert names(build(database, day=DAY + timedelta(days=1)).stories) == {"Fir"}


def pin(database, *articles):
    with database.writing() as session:
        for one in articles:
            record_override(session, SLUG, DAY, Override(Act.PIN, one.url, None, "kim", CUTOFF))


def test_a_pinned_story_may_be_older_or_newer_than_the_window_and_may_have_been_mailed(database):
    mailed = article("mailed", CUTOFF - timedelta(hours=30))
    publish(database, DAY - timedelta(days=1), [placed(mailed)])
    breaking = article("breaking", CUTOFF + timedelta(minutes=20))  # before send_at
    store(database, mailed, breaking, *three())
    pin(database, mailed, breaking)
    built = build(database)
    assert names(built.stories) == {"Alder", "Birch", "Cedar", "mailed", "breaking"}
    assert built.left_out == ()
    publish(database, DAY, built.stories)
    assert names(build(database, day=DAY + timedelta(days=1)).stories) == set()


def test_no_pin_lets_out_what_nobody_may_read_when_the_edition_goes_out(database):
    secret = article("secret", CUTOFF - timedelta(hours=5), not_before=CUTOFF + timedelta(hours=1))
    tomorrow = article("tomorrow", CUTOFF + timedelta(hours=1))
    store(database, secret, tomorrow, *three())
    pin(database, secret, tomorrow)
    built = build(database)
    assert names(built.stories) == {"Alder", "Birch", "Cedar"}
    assert [left.url for left in built.left_out] == [secret.url]


def test_a_note_of_the_editor_stands_in_both_parts_until_it_is_taken_back(database):
    store(database, *three())
    note = "Our printers are on strike; <this> mail is all there is today."
    for text, times in ((note, 1), ("", 0)):
        with database.writing() as session:
            write_text(session, SLUG, DAY, "note", text, "kim", CUTOFF)
        artifact = build(database).artifact
        assert artifact.html.count("&lt;this&gt; mail is all there is today") == times
        assert artifact.text.count("From the editor\n---------------\n\nOur printers are on strike") == times


def test_nothing_is_late_before_anything_was_published(database):
    store(database, article("old", CUTOFF - timedelta(days=2)), *three())
    assert names(build(database).stories) == {"Alder", "Birch", "Cedar"}


def test_what_a_window_of_seven_days_shuts_out_is_said(database):
    publish(database, DAY - timedelta(days=20))
    old = [article(name, EARLIEST - timedelta(hours=hours)) for hours, name in enumerate("ab", 1)]
    store(database, *three(), *old, article("ancient", CUTOFF - timedelta(days=30)))
    left_out = build(database).left_out
    assert [(left.url[-1], left.why) for left in left_out] == [("a", TOO_OLD), ("b", TOO_OLD)]


def test_on_this_machine_an_edition_may_show_pictures_from_it(database):
    here = Image("http://127.0.0.1:8025/ferry.jpg", alt="A ferry", width=1200, height=675)
    store(database, *(replace(one, image=here) for one in three()))
    local = raw(site={"base_url": "http://127.0.0.1:8000"})
    assert here.url in build(database, Settings.model_validate(local)).artifact.html
    assert here.url not in build(database).artifact.html


@pytest.mark.parametrize(
    ("count", "told"), [(0, "no story"), (1, "1 story"), (2, "2 stories")]
)  # fmt: skip
def test_too_few_stories_are_a_shortfall_that_is_said(database, count, told):
    store(database, *three()[:count])
    built = build(database)
    assert built.shortfall == f"{told} in the window, but min_stories is 3"
    assert (built.artifact is None) == (count == 0)
    assert len(built.stories) == count


def test_an_editors_words_stand_in_the_edition(database):
    store(database, *three())
    with database.writing() as session:
        write_text(session, SLUG, DAY, "subject", "Islands, again", "kim", CUTOFF)
        write_text(session, SLUG, DAY, "standfirst", "Three ferries, three islands, and nobody waits.", "kim", CUTOFF)
    built = build(database)
    assert built.artifact.subject == "Islands, again"
    assert built.standfirst == "Three ferries, three islands, and nobody waits."
    assert built.standfirst in built.artifact.html


def test_a_sources_terms_hold_in_the_edition(database):
    terms = {"name": "The Harbour Post", "excerpt_chars": 0}
    store(database, *three())
    with_terms = build(database, Settings.model_validate(raw(sources=[terms])))
    assert "fuel for nine days" in build(database).artifact.text
    assert "fuel for nine days" not in with_terms.artifact.text


def test_a_publication_carries_the_standing_texts():
    publication = publication_of(SETTINGS, SLUG)
    assert (publication.slug, publication.name, publication.site_name) == (SLUG, "Daily Headlines", "The Harbour Post")
    assert (publication.base_url, publication.contact) == ("https://news.post.example", "desk@post.example")
    assert (publication.timezone, publication.send_time, publication.language) == ("Europe/Lisbon", "06:00", "en")
    assert publication.postal_address == "14 Customs Quay, Port Alder"


def test_a_look_is_ours_by_its_name_or_the_newsrooms_own_by_its_path():
    assert template_of(NEWSLETTER) == templates_folder() / "editions" / "daily-headlines"
    own = Settings.model_validate(raw(newsletter={"template": "/srv/looks/mine"})).newsletters[SLUG]
    assert template_of(own) == Path("/srv/looks/mine")
