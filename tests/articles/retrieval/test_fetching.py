import asyncio
from datetime import UTC, datetime, timedelta

from outlet_server import FEED, answer, outlet_server
from sample_configuration import raw

from digest.articles.feeds.home import Homes
from digest.articles.retrieval.fetching import Round, fetch_sources, waiting
from digest.articles.retrieval.manners import Manners
from digest.articles.retrieval.source_report import SourceStatus
from digest.articles.retrieval.store import healths
from digest.articles.store import articles_stored
from digest.settings import FetchingSettings, Settings, SourceSettings

NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
TAGGED = answer(FEED, ETag='"7"')


def fetch_all(database, paths, answers, now=NOW, on_done=lambda _report: None, elsewhere=(), **settings):
    """Fetch the feeds at *paths*, by the source's name, from a server with *answers*; return reports and server.

    The sources *elsewhere* are configured and not asked.
    """
    told = FetchingSettings.model_validate({"private_hosts": ("127.0.0.1",), "wait_seconds": 2, **settings})

    async def local(_host, _port):
        return ["127.0.0.1"]

    async def act():
        async with outlet_server(**answers) as outlet:
            sources = [
                SourceSettings(name=name, feed=where.format(port=outlet.port) if ":" in where else outlet.url(where))
                for name, where in paths.items()
            ]
            homes = Homes.of([*sources, *elsewhere])
            work = Round(database, told, "digest (test)", lambda: now, lambda: 0.5, local, homes)
            return await fetch_sources(work, sources, on_done), outlet, sources

    reports, outlet, sources = asyncio.run(act())
    return {report.source: report for report in reports}, outlet, sources


def stored(database):
    with database.reading() as session:
        return articles_stored(session), healths(session)


def test_a_bad_source_hurts_only_itself(database):
    answers = {"good": TAGGED, "page": answer(b"<html></html>"), "empty": answer(b"")}
    paths = {"Page": "/page", "Good": "/good", "Gone": "/gone", "Empty": "/empty", "Odd": "http://127.0.0.1:1/"}
    heard = []
    reports, _, _ = fetch_all(database, paths, answers, on_done=heard.append)
    assert {name: (report.status.value, report.imported, report.problem) for name, report in reports.items()} == {
        "Page": ("failed", 0, "it is a web page and no feed"),
        "Good": ("read", 1, None),
        "Gone": ("failed", 0, "it answers 404: it is not there"),
        "Empty": ("failed", 0, "it is empty"),
        "Odd": ("failed", 0, reports["Odd"].problem),
    }
    assert "can't be reached" in (reports["Odd"].problem or "")
    assert {report.source for report in heard} == set(paths)
    articles, known = stored(database)
    assert [(article.url, article.source, article.position) for article in articles] == [
        ("https://outlet.example/rain", "Good", 1)
    ]
    assert (known["Good"].etag, known["Good"].entries, known["Good"].newest_at) == ('"7"', 1, NOW - timedelta(hours=1))
    assert (known["Gone"].failures, known["Gone"].next_try_at) == (1, NOW + timedelta(minutes=15))


def test_the_second_round_asks_only_for_what_changed(database):
    async def act():
        async with outlet_server(feed=TAGGED) as outlet:
            source = SourceSettings(name="Good", feed=outlet.url("/feed"))
            settings = FetchingSettings(private_hosts=("127.0.0.1",))
            work = Round(database, settings, "digest (test)", lambda: NOW, lambda: 0.5)
            first = await fetch_sources(work, [source])
            outlet.answers["/feed"] = answer(status="304 Not Modified")
            second = await fetch_sources(work, [source])
            return first, second, outlet

    [first], [second], outlet = asyncio.run(act())
    assert (first.status, first.imported) == (SourceStatus.READ, 1)
    assert (second.status, second.succeeded) == (SourceStatus.UNCHANGED, True)
    assert 'if-none-match: "7"' in outlet.asked[1].lower()


def test_an_entry_that_is_rejected_is_told_and_the_rest_is_stored(database):
    body = FEED.replace(b"</channel>", b"<item><title>No address</title></item></channel>")
    reports, _, _ = fetch_all(database, {"Good": "/feed"}, {"feed": answer(body)})
    report = reports["Good"]
    assert (report.imported, report.succeeded, report.rejected[0].where) == (1, False, "Good, entry 2")
    assert stored(database)[1]["Good"].rejected == 1


def test_no_feed_brings_what_stands_on_the_site_of_another_source(database):
    other = SourceSettings(name="Outlet", feed="https://www.outlet.example/rss")
    reports, _, _ = fetch_all(database, {"Copycat": "/feed"}, {"feed": answer(FEED)}, elsewhere=[other])
    (rejection,) = reports["Copycat"].rejected
    assert rejection.where == "Copycat (https://outlet.example/rain)"
    assert "on the site of Outlet" in rejection.reason
    assert stored(database)[0] == []


def test_a_round_knows_where_the_configured_sources_are_at_home(database):
    settings = Settings.model_validate({**raw(), "sources": [{"name": "Outlet", "feed": "https://outlet.example/rss"}]})
    assert Round.of(database, settings, lambda: NOW).homes.owners == {"outlet.example": {"Outlet"}}


def test_one_host_is_asked_one_thing_at_a_time(database):
    async def slow(writer):
        await asyncio.sleep(0.02)
        writer.write(TAGGED)
        await writer.drain()

    names = [f"feed{number}" for number in range(8)]
    reports, outlet, _ = fetch_all(database, {name: f"/{name}" for name in names}, dict.fromkeys(names, slow))
    assert all(report.succeeded for report in reports.values())
    assert outlet.most_at_once == 1


def test_several_hosts_are_asked_at_once(database):
    async def slow(writer):
        await asyncio.sleep(0.3)
        writer.write(TAGGED)
        await writer.drain()

    hosts = [f"host{number}.example" for number in range(8)]
    _, outlet, _ = fetch_all(
        database,
        {host: f"http://{host}:{{port}}/feed" for host in hosts},
        {"feed": slow},
        private_hosts=hosts,
        connections=4,
    )
    assert outlet.most_at_once == 4


def test_a_host_that_wants_silence_is_not_asked_again(database):
    busy = answer(status="429 Slow down", Retry_After="3600")
    reports, outlet, sources = fetch_all(database, {"A": "/a", "B": "/b"}, {"a": busy, "b": TAGGED})
    assert [report.status for report in reports.values()] == [SourceStatus.FAILED, SourceStatus.FAILED]
    assert "another feed of 127.0.0.1 had this answer" in (reports["B"].problem or "")
    assert len(outlet.asked) == 1
    known = stored(database)[1]
    assert {name: health.next_try_at for name, health in known.items()} == dict.fromkeys("AB", NOW + timedelta(hours=1))
    assert [health.source for health in waiting(sources, known, NOW)] == ["A", "B"]
    assert waiting(sources, known, NOW + timedelta(hours=1)) == []


def test_a_feed_in_trouble_silences_no_other_of_its_host(database):
    broken = answer(status="503 Service Unavailable")
    paths = {"A": "/a", "B": "/b", "C": "/c", "Good": "/good"}
    reports, outlet, _ = fetch_all(database, paths, {"a": broken, "b": broken, "c": broken, "good": TAGGED})
    assert reports["Good"].succeeded
    assert len(outlet.asked) == 4


def test_a_host_that_is_not_there_is_not_knocked_at_for_each_of_its_feeds(database):
    gone = {name: f"http://127.0.0.1:1/{name}" for name in "ABCD"}
    reports, _, _ = fetch_all(database, gone, {})
    assert [("another feed" in (report.problem or "")) for report in reports.values()] == [False, False, True, True]


def test_a_host_that_is_paused_for_is_left_in_peace_between_two_requests():
    async def act(own):
        manners = Manners(0.1, own)
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            async with manners.turn("feeds.example"):
                pass
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(act(())) >= 0.2
    assert asyncio.run(act(("feeds.example",))) < 0.1


def test_a_permanent_move_is_told_and_kept(database):
    answers = {"old": answer(status="301 Moved", Location="/new"), "new": TAGGED}
    reports, outlet, _ = fetch_all(database, {"Good": "/old"}, answers)
    assert reports["Good"].moved_to == outlet.url("/new")
    assert stored(database)[1]["Good"].address == outlet.url("/new")


def test_a_move_to_what_is_no_feed_is_none(database):
    answers = {"old": answer(status="301 Moved", Location="/new"), "new": answer(b"<html>Buy this domain</html>")}
    reports, outlet, _ = fetch_all(database, {"Good": "/old"}, answers)
    assert reports["Good"].moved_to is None
    assert stored(database)[1]["Good"].address == outlet.url("/old")


def test_stopping_a_round_keeps_what_was_stored(database):
    async def silent(_writer):
        await asyncio.sleep(30)

    async def act():
        async with outlet_server(good=TAGGED, silent=silent) as outlet:
            settings = FetchingSettings(private_hosts=("127.0.0.1",))
            work = Round(database, settings, "digest (test)", lambda: NOW, lambda: 0.5)
            sources = [SourceSettings(name=name, feed=outlet.url(f"/{name}")) for name in ("good", "silent")]
            task = asyncio.create_task(fetch_sources(work, sources, lambda _report: task.cancel()))
            await asyncio.gather(task, return_exceptions=True)
            return task.cancelled()

    assert asyncio.run(act())
    assert len(stored(database)[0]) == 1
