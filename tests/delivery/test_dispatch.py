"""From a date to a settled edition: published once, rendered once, refused with a reason."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, article, configure, enlist, stock
from scripted_relay import CLOSE, ScriptedRelay
from sqlmodel import select

from digest.articles.store import store_articles
from digest.database import Database
from digest.delivery import store
from digest.delivery.crew import Assignment
from digest.delivery.dispatch import MessageFaultError, deliver, prepare, rehearse
from digest.delivery.journal import Journal
from digest.delivery.ledger import Closing
from digest.delivery.outcome import outcome_of_final_reply
from digest.delivery.publishing import NotDueError, OvertakenError, Published
from digest.delivery.reconciling import Settlement, reconcile_unknown
from digest.delivery.recovery import mark_of
from digest.delivery.relay import RelayUnavailableError
from digest.delivery.tables import Delivery
from digest.editions.edition import Edition, EditionStatus
from digest.editions.hand import Act, Override
from digest.editions.hand_store import record_override
from digest.editions.store import previous_edition
from digest.editions.tables import ArtifactRow, EditionRow
from digest.editions.texts_store import write_text
from digest.errors import BadInputError, DigestError
from digest.preview import preview_edition
from digest.rendering.inlining import inline_css
from digest.settings import Settings


def prepared(
    database: Database,
    settings: Settings,
    now: datetime = MORNING,
    day: date = DAY,
    *,
    late: bool = False,
    wait: bool = True,
) -> Published | Edition:
    return asyncio.run(prepare(database, settings, NEWSLETTER, day, now, late=late, wait=wait))


def rows(database: Database) -> tuple[int, int, int]:
    """Count editions, artifacts and deliveries."""
    with database.reading() as session:
        tables = (EditionRow, ArtifactRow, Delivery)
        editions, artifacts, deliveries = (len(session.exec(select(table)).all()) for table in tables)
    return editions, artifacts, deliveries


def test_a_thousand_readers_cost_one_rendering(database: Database, tmp_path: Path) -> None:
    renderings = []

    def counted(html: str) -> str:
        renderings.append(html)
        return inline_css(html)

    async def send_all(settings: Settings) -> Closing:
        edition = await prepare(database, settings, NEWSLETTER, DAY, MORNING, late=False, inline=counted)
        assert isinstance(edition, Published)
        return await deliver(database, Assignment(settings, edition, lambda: MORNING))

    stock(database)
    enlist(database, 1000)
    with ScriptedRelay() as server:
        closing = asyncio.run(send_all(configure(tmp_path, database.url, server.url, connections=4)))
    assert closing == Closing(1000, sent=1000, failed=0, unknown=0, skipped=0, deferred=0)
    assert len(set(server.accepted)) == len(server.accepted) == 1000
    assert len(renderings) == 1


def test_two_processes_that_publish_at_once_make_one_edition(database: Database, tmp_path: Path) -> None:
    stock(database)
    enlist(database, 20)
    results: list[Published | Edition] = []
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        publishers = [threading.Thread(target=lambda: results.append(prepared(database, settings))) for _ in range(4)]
        for publisher in publishers:
            publisher.start()
        for publisher in publishers:
            publisher.join()
    assert len(results) == 4
    assert sorted(result.is_new for result in results if isinstance(result, Published)) == [False, False, False, True]
    assert rows(database) == (1, 1, 20)


def test_a_published_edition_is_frozen_whatever_comes_in_later(database: Database, tmp_path: Path) -> None:
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        first = prepared(database, settings)
        stock(database, stories=3, first=50)
        second = prepared(database, settings)
    assert isinstance(first, Published)
    assert isinstance(second, Published)
    assert second.artifact == first.artifact
    assert second.stories == first.stories


def test_what_an_editor_decides_while_it_is_being_made_is_in_what_goes_out(database: Database, tmp_path: Path) -> None:
    stock(database, stories=5)
    settings, dropped = configure(tmp_path, database.url, "smtp://127.0.0.1:1"), article(2).url
    renderings: list[str] = []

    def dropping_meanwhile(html: str) -> str:
        renderings.append(html)
        if len(renderings) == 1:
            with database.writing() as session:
                record_override(session, NEWSLETTER, DAY, Override(Act.DROP, dropped, None, "ana", MORNING))
        return inline_css(html)

    edition = asyncio.run(prepare(database, settings, NEWSLETTER, DAY, MORNING, late=False, inline=dropping_meanwhile))
    assert isinstance(edition, Published)
    assert len(renderings) == 2
    assert len(edition.stories) == 4
    assert dropped not in {story.url for story in edition.stories}
    assert rows(database)[0] == 1


def test_an_editor_who_never_stops_deciding_stops_the_publishing_and_is_told(
    database: Database, tmp_path: Path
) -> None:
    stock(database, stories=5)
    settings = configure(tmp_path, database.url, "smtp://127.0.0.1:1")

    def deciding(html: str) -> str:
        with database.writing() as session:
            write_text(session, NEWSLETTER, DAY, "note", f"A word of {time.monotonic_ns()}.", "ana", MORNING)
        return inline_css(html)

    with pytest.raises(OvertakenError, match="send it when they are done"):
        asyncio.run(prepare(database, settings, NEWSLETTER, DAY, MORNING, late=False, inline=deciding))
    assert rows(database) == (0, 0, 0)


@pytest.mark.parametrize("settle_minutes", [0, 20])
def test_an_edition_is_not_published_before_its_cut_off(
    database: Database, tmp_path: Path, settle_minutes: int
) -> None:
    stock(database)
    settings = configure(tmp_path, database.url, settle_minutes=settle_minutes)
    with pytest.raises(NotDueError, match=r"open for articles until 2026-03-14 05:30 UTC"):
        prepared(database, settings, CUTOFF - timedelta(seconds=1))
    assert rows(database) == (0, 0, 0)


def test_past_the_deadline_an_edition_needs_late_which_gives_it_as_long_as_ever(
    database: Database, tmp_path: Path
) -> None:
    stock(database)
    noon = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        with pytest.raises(NotDueError, match="--late"):
            prepared(database, settings, noon)
        late = prepared(database, settings, noon, late=True)
    assert isinstance(late, Published)
    assert late.edition.schedule.deadline == noon + timedelta(hours=4)


def test_a_half_sent_edition_goes_on_after_its_deadline_only_with_late(database: Database, tmp_path: Path) -> None:
    stock(database)
    enlist(database, 3)
    evening = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        prepared(database, settings)
        with pytest.raises(NotDueError, match="--late"):
            prepared(database, settings, evening)
        again = prepared(database, settings, evening, late=True)
        assert isinstance(again, Published)
        closing = asyncio.run(deliver(database, Assignment(settings, again, lambda: evening)))
    assert closing.sent == 3


def killed_sender(database: Database, settings: Settings, edition: Edition, most: int, sent: int) -> None:
    """Leave what a sender leaves that is killed with *most* claims in hand and *sent* of them answered."""
    journal = Journal.open(settings.smtp.journal, "anna", edition.id, mark_of(database), MORNING)
    with database.writing() as session:
        claims = store.claim(session, edition, "anna", MORNING, most)
    for number in [each.reader.subscriber_id for each in claims][:sent]:
        journal.begins(number, 1)
        journal.answered(number, 1, outcome_of_final_reply(250, "2.0.0 queued"), MORNING)
    journal.leave()


def test_a_killed_edition_is_closed_after_its_deadline_when_nothing_of_it_is_open(
    database: Database, tmp_path: Path
) -> None:
    stock(database)
    enlist(database, 3)
    evening = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = prepared(database, settings)
        assert isinstance(edition, Published)
        killed_sender(database, settings, edition.edition, most=3, sent=3)
        again = prepared(database, settings, evening)
        assert isinstance(again, Published)
        assert again.edition.is_settled
        closing = asyncio.run(deliver(database, Assignment(settings, again, lambda: evening)))
    assert closing == Closing(3, sent=3, failed=0, unknown=0, skipped=0, deferred=0)
    assert server.accepted == []


def test_a_refusal_after_the_deadline_comes_when_the_dead_are_sorted_out_and_says_what_is_open(
    database: Database, tmp_path: Path
) -> None:
    stock(database)
    enlist(database, 5)
    evening = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = prepared(database, settings)
        assert isinstance(edition, Published)
        killed_sender(database, settings, edition.edition, most=3, sent=2)
        with pytest.raises(NotDueError, match=r"--late .* \(3 of 5 are open\)"):
            prepared(database, settings, evening)
        with database.reading() as session:
            assert store.closing(session, edition.edition).sent == 2
            assert store.queue(session, edition.edition).claimed == 0
        late = prepared(database, settings, evening, late=True)
        assert isinstance(late, Published)
        closing = asyncio.run(deliver(database, Assignment(settings, late, lambda: evening)))
    assert (closing.sent, len(server.accepted)) == (5, 3)


def test_too_few_stories_are_recorded_as_skipped_with_the_reason(database: Database, tmp_path: Path) -> None:
    stock(database, stories=1)
    enlist(database, 3)
    result = prepared(database, configure(tmp_path, database.url))
    assert isinstance(result, Edition)
    assert result.status is EditionStatus.SKIPPED
    assert result.reason == "1 story in the window, but min_stories is 2"
    assert rows(database) == (1, 0, 0)


@pytest.mark.parametrize(
    ("stories", "reason", "said"),
    [
        (6, None, ""),
        (4, "short: 4 stories in the window, but full_stories is 6", "A short edition: there is less news than usual"),
        (2, "note: 2 stories in the window, but short_stories is 3", "A quiet day: this is all the news there is"),
    ],
)
def test_a_quiet_day_is_published_as_what_it_is_recorded_and_said(
    database: Database, tmp_path: Path, stories: int, reason: str | None, said: str
) -> None:
    stock(database, stories=stories)
    settings = configure(tmp_path, database.url, full_stories=6, short_stories=3)
    published = prepared(database, settings)
    assert isinstance(published, Published)
    assert published.edition.reason == reason
    assert len(published.stories) == stories
    for part in (published.artifact.html, published.artifact.text):
        assert said in part
        assert ("less news than usual" in part) + ("all the news there is" in part) == bool(said)
    found = preview_edition(database, settings, NEWSLETTER, DAY, MORNING)
    assert found.report()["brevity"] == reason
    assert found.warnings == ((f"it is no full edition, but {reason}",) if reason else ())


def test_a_skipped_edition_is_published_when_enough_stories_came_after_all(database: Database, tmp_path: Path) -> None:
    stock(database, stories=1)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        prepared(database, settings)
        stock(database, stories=2, first=10)
        result = prepared(database, settings)
    assert isinstance(result, Published)
    assert len(result.stories) == 3


def test_the_stories_of_a_skipped_day_are_in_the_next_edition(database: Database, tmp_path: Path) -> None:
    tomorrow = DAY + timedelta(days=1)
    stock(database, stories=1)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        yesterday = DAY - timedelta(days=1)
        stock(database, stories=2, first=100, cutoff=CUTOFF - timedelta(days=1))
        prepared(database, settings, MORNING - timedelta(days=1), yesterday)
        prepared(database, settings)
        stock(database, stories=2, first=200, cutoff=CUTOFF + timedelta(days=1))
        result = prepared(database, settings, MORNING + timedelta(days=1), tomorrow)
    assert isinstance(result, Published)
    assert {story.url.rsplit("/", 1)[1] for story in result.stories} == {"1", "200", "201"}
    assert result.edition.schedule.window.hours == 48


def test_after_a_long_silence_an_edition_reaches_back_seven_days(database: Database, tmp_path: Path) -> None:
    later = DAY + timedelta(days=30)
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        prepared(database, settings)
        days = {20: 10, 21: 24, 22: 30}
        articles = [article(number, cutoff=CUTOFF + timedelta(days=day)) for number, day in days.items()]
        with database.writing() as session:
            store_articles(session, articles, MORNING)
        result = prepared(database, settings, MORNING + timedelta(days=30), later)
    assert isinstance(result, Published)
    assert result.edition.schedule.window.hours == 7 * 24
    assert [story.url.rsplit("/", 1)[1] for story in result.stories] == ["22", "21"]


def test_an_older_date_is_refused_once_a_later_edition_is_out(database: Database, tmp_path: Path) -> None:
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        prepared(database, settings)
        with pytest.raises(NotDueError, match="of 2026-03-14 is out"):
            prepared(database, settings, MORNING, DAY - timedelta(days=1), late=True)


def test_a_day_without_an_edition_is_recorded_with_its_reason(database: Database, tmp_path: Path) -> None:
    stock(database)
    settings = configure(tmp_path, database.url)
    newsletter = settings.newsletters[NEWSLETTER].model_copy(update={"days": ("mon",)})
    weekly = settings.model_copy(update={"newsletters": {NEWSLETTER: newsletter}})
    result = prepared(database, weekly)
    assert isinstance(result, Edition)
    assert result.reason == "2026-03-14 is a Saturday, and days has none"


def test_who_will_not_wait_for_a_relay_that_is_away_publishes_nothing(database: Database, tmp_path: Path) -> None:
    stock(database)
    enlist(database, 3)
    with pytest.raises(RelayUnavailableError):
        prepared(database, configure(tmp_path, database.url, "smtp://127.0.0.1:1"), wait=False)
    assert rows(database) == (0, 0, 0)


def test_a_message_that_breaks_the_standard_is_not_published(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "look"
    shipped = Path(__file__).parents[2] / "templates" / "editions" / "daily-headlines"
    folder.mkdir()
    for file in shipped.iterdir():
        folder.joinpath(file.name).write_bytes(file.read_bytes())
    (folder / "subject.txt").write_text("Re: {{ contents.subject }}\n")
    stock(database)
    settings = configure(tmp_path, database.url)
    newsletter = settings.newsletters[NEWSLETTER].model_copy(update={"template": str(folder)})
    with pytest.raises(MessageFaultError, match="H04"):
        prepared(database, settings.model_copy(update={"newsletters": {NEWSLETTER: newsletter}}))
    assert rows(database) == (0, 0, 0)


def test_a_damaged_artifact_is_not_sent(database: Database, tmp_path: Path) -> None:
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        prepared(database, settings)
        with database.writing() as session:
            session.exec(select(ArtifactRow)).one().text = b"something else"
        with pytest.raises(DigestError, match="SHA-256"):
            prepared(database, settings)


def test_a_rehearsal_counts_the_audience_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    stock(database)
    enlist(database, 7)
    rehearsal = rehearse(database, configure(tmp_path, database.url), NEWSLETTER, DAY, MORNING)
    assert rehearsal.audience == 7
    assert len(rehearsal.edition.stories) == 5
    assert rehearsal.obstacle is None
    assert rows(database) == (0, 0, 0)


def test_the_next_subject_differs_from_the_one_before(database: Database, tmp_path: Path) -> None:
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        first = prepared(database, settings)
        with database.reading() as session:
            known = previous_edition(session, NEWSLETTER, DAY + timedelta(days=1))
        assert known is not None
        assert isinstance(first, Published)
        assert known.subject == first.artifact.subject
        renamed = [article(number, cutoff=CUTOFF + timedelta(days=1)) for number in (60, 61)]
        with database.writing() as session:
            same = replace(renamed[0], headline=first.stories[0].headline)
            store_articles(session, [same, renamed[1]], MORNING)
        second = prepared(database, settings, MORNING + timedelta(days=1), DAY + timedelta(days=1))
    assert isinstance(second, Published)
    assert second.artifact.subject == f"{first.artifact.subject} (2026-03-15)"


def test_a_rehearsal_says_what_stands_in_the_way(database: Database, tmp_path: Path) -> None:
    stock(database)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        early = rehearse(database, settings, NEWSLETTER, DAY, CUTOFF - timedelta(hours=1))
        past = rehearse(database, settings, NEWSLETTER, DAY, MORNING + timedelta(hours=8))
        late = rehearse(database, settings, NEWSLETTER, DAY, MORNING + timedelta(hours=8), late=True)
        prepared(database, settings)
        again = rehearse(database, settings, NEWSLETTER, DAY, MORNING)
    assert "open for articles until" in (early.obstacle or "")
    assert "--late" in (past.obstacle or "")
    assert late.obstacle is None
    assert "published already" in (again.obstacle or "")


def test_an_allow_list_that_lets_nobody_through_publishes_nothing(database: Database, tmp_path: Path) -> None:
    stock(database)
    enlist(database, 4)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        slip = settings.smtp.model_copy(update={"allow_domains": ("exmaple.org",)})
        with pytest.raises(BadInputError, match="lets none of morning's readers through"):
            prepared(database, settings.model_copy(update={"smtp": slip}))
    assert rows(database) == (0, 0, 0)


def test_what_a_dead_sender_held_is_settled_by_a_person_even_after_the_deadline(
    database: Database, tmp_path: Path
) -> None:
    stock(database)
    enlist(database, 3)
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = prepared(database, settings)
        assert isinstance(edition, Published)
        with database.writing() as session:
            store.beat(session, "dead", "there", MORNING)
            session.flush()
            store.claim(session, edition.edition, "dead", MORNING, most=2)
        evening = MORNING + timedelta(hours=12)
        settled, closing = reconcile_unknown(database, NEWSLETTER, DAY, Settlement.RESEND, evening)
        assert (settled, closing.deferred) == (2, 3)
        again = prepared(database, settings, evening, late=True)
        assert isinstance(again, Published)
        assert asyncio.run(deliver(database, Assignment(settings, again, lambda: evening))).sent == 3
        assert reconcile_unknown(database, NEWSLETTER, DAY, Settlement.FAILED, evening)[0] == 0


@pytest.mark.parametrize(("settlement", "counted"), [(Settlement.SENT, "sent"), (Settlement.FAILED, "failed")])
def test_a_person_may_mark_what_nobody_knows(
    database: Database, tmp_path: Path, settlement: Settlement, counted: str
) -> None:
    stock(database)
    enlist(database, 3)
    with ScriptedRelay(at_data=lambda to, _times: CLOSE if to.startswith("reader2@") else None) as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = prepared(database, settings)
        assert isinstance(edition, Published)
        assert asyncio.run(deliver(database, Assignment(settings, edition, lambda: MORNING))).unknown == 1
    settled, closing = reconcile_unknown(database, NEWSLETTER, DAY, settlement, MORNING)
    assert (settled, closing.unknown) == (1, 0)
    assert getattr(closing, counted) == {"sent": 3, "failed": 1}[counted]
    with pytest.raises(BadInputError, match="never published"):
        reconcile_unknown(database, NEWSLETTER, DAY + timedelta(days=1), settlement, MORNING)
