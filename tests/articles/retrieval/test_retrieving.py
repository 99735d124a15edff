import asyncio
import gzip
import ssl
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from outlet_server import FEED, answer, outlet_server
from relay_certificate import make_certificate

from digest.articles.retrieval.manners import Manners
from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.resolving import open_to, system_resolver
from digest.articles.retrieval.retrieving import Bounds, Retriever, Wanted
from digest.articles.retrieval.target import Target
from digest.articles.retrieval.web import Web

NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
LOCAL = ("127.0.0.1", "feeds.example")


async def here(_host, _port):
    return ["127.0.0.1"]


@asynccontextmanager
async def retriever(resolve=here, private=LOCAL, total=3.0, most=100_000, wait=2.0, redirects=3, trust=None):
    web = Web("headline-digest/1 (test)", wait, trust)
    try:
        yield Retriever(web, resolve, Bounds(total, most, redirects, private), Manners(0, private))
    finally:
        await web.close()


def fetched(wanted, answers, tls=None, **bounds):
    """Fetch the path *wanted* from a server with *answers*; return what came, and the server."""

    async def act():
        async with outlet_server(tls, **answers) as outlet, retriever(**bounds) as fetching:
            told = wanted if isinstance(wanted, Wanted) else Wanted(wanted)
            url = outlet.url(told.url) if told.url.startswith("/") else told.url.format(port=outlet.port)
            return await fetching.retrieve(Wanted(url, told.etag, told.last_modified), NOW), outlet

    return asyncio.run(act())


def problem(wanted, answers=None, **bounds):
    with pytest.raises(NotFetchedError) as refused:
        fetched(wanted, answers or {}, **bounds)
    return refused.value


def test_a_feed_comes_with_what_it_is_known_by():
    head = {"ETag": 'W/"7"', "Last_Modified": "Sat, 14 Mar 2026 05:00:00 GMT", "Content_Type": "text/xml; charset=x"}
    found, outlet = fetched("/feed", {"feed": answer(FEED, **head)})
    assert (found.body, found.etag, found.last_modified) == (FEED, 'W/"7"', "Sat, 14 Mar 2026 05:00:00 GMT")
    assert (found.url, found.moved_to, found.charset) == (outlet.url("/feed"), None, "x")


def test_a_request_says_who_asks_and_carries_nothing_else_of_us():
    _, outlet = fetched("/feed", {"feed": answer(FEED, Set_Cookie="a=b")})
    head = outlet.asked[0].lower()
    assert "user-agent: headline-digest/1 (test)" in head
    assert f"host: 127.0.0.1:{outlet.port}\r\n" in head
    names = {line.partition(":")[0] for line in head.split("\r\n")[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_what_did_not_change_is_not_sent_again():
    wanted = Wanted("/feed", '"7"', "Sat, 14 Mar 2026 05:00:00 GMT")
    found, outlet = fetched(wanted, {"feed": answer(status="304 Not Modified")})
    assert found.body is None
    assert 'if-none-match: "7"' in outlet.asked[0].lower()
    assert "if-modified-since: sat, 14 mar 2026 05:00:00 gmt" in outlet.asked[0].lower()


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(FEED), "gzip"),
        (zlib.compress(FEED), "deflate"),
        (brotli.compress(FEED), "br"),
        (FEED, "identity"),
        (gzip.compress(FEED) + b"\x00" * 9, "gzip"),
    ],
)
def test_a_packed_feed_is_unpacked(packed, encoding):
    assert fetched("/feed", {"feed": answer(packed, Content_Encoding=encoding)})[0].body == FEED


BOMB = 50_000_000


@pytest.mark.parametrize(
    ("packed", "encoding"), [(gzip.compress(b" " * BOMB), "gzip"), (brotli.compress(b" " * BOMB, quality=3), "br")]
)
def test_a_bomb_is_not_unpacked_beyond_the_bound(packed, encoding):
    assert len(packed) < 100_000
    refused = problem("/feed", {"feed": answer(packed, Content_Encoding=encoding)})
    assert str(refused) == "it has over 0.1 MB, more than [fetching] most_bytes allows"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, gzip"])
def test_what_can_not_be_unpacked_is_a_reason(encoding):
    reason = str(problem("/feed", {"feed": answer(FEED, Content_Encoding=encoding)}))
    assert reason.startswith(("it can't be unpacked", f"it is packed as '{encoding}', which we did not ask for"))


def test_a_body_without_end_is_cut_off():
    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    assert "more than [fetching] most_bytes allows" in str(problem("/feed", {"feed": endless}))


def drip(first):
    async def dripping(writer):
        writer.write(first)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    return dripping


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-A: "])
def test_a_slow_drip_ends_with_the_time_for_all_of_it(first):
    began = time.monotonic()
    assert "within 0.5 seconds" in str(problem("/feed", {"feed": drip(first)}, total=0.5))
    assert time.monotonic() - began < 5


async def silent(_writer):
    await asyncio.sleep(30)


def test_a_silent_server_is_waited_for_only_so_long():
    assert "keeps us waiting" in str(problem("/feed", {"feed": silent}, wait=0.2))


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00\xff" * 100, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", b"x" * 200_000]
)
def test_an_answer_that_is_none_is_a_reason(garbage):
    async def answering(writer):
        writer.write(garbage)
        await writer.drain()

    assert "broke off or can't be understood" in str(problem("/feed", {"feed": answering}))


def moved(where, status="301 Moved Permanently"):
    return answer(status=status, Location=where)


def test_a_feed_that_moved_for_good_is_known_by_its_new_address():
    found, outlet = fetched("/a", {"a": moved("/b"), "b": moved("c", "308 Permanent Redirect"), "c": answer(FEED)})
    assert (found.body, found.moved_to) == (FEED, outlet.url("/c"))


def test_what_is_elsewhere_for_a_while_has_not_moved():
    answers = {"a": moved("/b"), "b": moved("/c", "302 Found"), "c": moved("/d"), "d": answer(FEED)}
    found, outlet = fetched("/a", answers)
    assert (found.url, found.moved_to) == (outlet.url("/d"), outlet.url("/b"))


def test_redirects_in_a_circle_end():
    refused = problem("/a", {"a": moved("/b"), "b": moved("/a")})
    assert str(refused).startswith("its redirects lead in a circle, back to http://127.0.0.1:")


def test_redirects_without_end_end():
    assert "redirects more than 3 times" in str(
        problem("/0", {str(number): moved(f"/{number + 1}") for number in range(9)})
    )


@pytest.mark.parametrize(
    "where",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://feeds.example/",
        "javascript:alert(1)",
        "http://u:p@127.0.0.1/",
    ],
)
def test_a_redirect_to_no_web_address_is_refused(where):
    assert "can't be asked" in str(problem("/a", {"a": moved(where)}))


@pytest.mark.parametrize(
    ("status", "headers", "reason", "asked"),
    [
        ("404 Not Found", {}, "it answers 404: it is not there", None),
        ("410 Gone", {}, "it answers 410: it is gone for good", None),
        ("500 Oh", {}, "it answers 500: its server is in trouble", None),
        ("301 Moved", {}, "it answers 301, a redirect, and does not say whereto", None),
        ("304 Not Modified", {}, "it answers 304: it has no feed for us", None),
        ("429 Slow", {"Retry_After": "120"}, "it answers 429: we asked too often", timedelta(minutes=2)),
        (
            "503 No",
            {"Retry_After": "Sat, 14 Mar 2026 07:00:00 GMT"},
            "it answers 503: its server is in trouble",
            timedelta(hours=1),
        ),
        ("503 No", {"Retry_After": "never"}, "it answers 503: its server is in trouble", None),
    ],
)
def test_a_refusal_is_told_with_the_silence_it_asks_for(status, headers, reason, asked):
    refused = problem("/feed", {"feed": answer(status=status, **headers)})
    assert (str(refused), refused.asked) == (reason, asked)


def numbers(*found):
    async def resolve(_host, _port):
        return list(found)

    return resolve


@pytest.mark.parametrize(
    "number", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_to_a_private_place_is_refused(number):
    refused = problem("http://feeds.example/feed", resolve=numbers(number), private=())
    assert f"the host feeds.example leads to {number}, a" in str(refused)
    assert "name it in [fetching] private_hosts if it may" in str(refused)


def test_one_private_address_among_public_ones_refuses_them_all():
    assert "leads to 10.0.0.1" in str(
        problem("http://feeds.example/", resolve=numbers("93.184.216.34", "10.0.0.1"), private=())
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "localhost", "LOCALHOST."])
def test_this_machine_is_refused_under_each_of_its_names(host):
    with ThreadPoolExecutor(1) as executor:
        refused = problem(f"http://{host}/feed", resolve=system_resolver(executor), private=())
    assert "a loopback address" in str(refused) or "can't be found" in str(refused)


def test_a_redirect_to_a_private_place_is_refused():
    async def resolve(host, _port):
        return ["127.0.0.1"] if host == "127.0.0.1" else ["10.0.0.7"]

    answers = {"a": moved("http://inside.example/secret")}
    assert "inside.example leads to 10.0.0.7, a private address" in str(
        problem("/a", answers, resolve=resolve, private=("127.0.0.1",))
    )


def test_a_name_that_changes_after_the_check_is_not_followed():
    """The address that was checked is the one connected to: a second look-up would lead elsewhere."""
    looked_up = []

    async def rebinding(host, _port):
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.1"]

    found, outlet = fetched("http://feeds.example:{port}/feed", {"feed": answer(FEED)}, resolve=rebinding)
    assert found.body == FEED
    assert looked_up == ["feeds.example"]
    assert f"host: feeds.example:{outlet.port}" in outlet.asked[0].lower()


def test_the_next_address_is_tried_where_one_takes_no_connection():
    found, _ = fetched(
        "http://feeds.example:{port}/feed", {"feed": answer(FEED)}, resolve=numbers("127.0.0.9", "127.0.0.1")
    )
    assert found.body == FEED


@pytest.mark.parametrize("port", [22, 25, 6379, 8000, 11211])
def test_a_port_where_no_feed_is_is_refused(port):
    refused = problem(f"http://feeds.example:{port}/", resolve=numbers("93.184.216.34"), private=())
    assert f"names port {port}, and feeds come from 80, 443, 8080, 8443" in str(refused)


def test_an_unknown_host_is_a_reason():
    async def unknown(_host, _port):
        raise OSError(-2, "Name or service not known")

    assert str(problem("http://feeds.example/", resolve=unknown)) == (
        "the host feeds.example can't be found: name or service not known"
    )


def test_a_host_that_takes_no_connection_is_to_blame_itself():
    refused = problem("http://feeds.example:1/", private=("feeds.example",))
    assert "feeds.example:1 can't be reached" in str(refused)
    assert refused.for_host


def test_a_feed_on_the_public_web_may_not_lead_to_a_private_host_though_it_is_named():
    private = ("cms.internal", "127.0.0.1")
    assert open_to(Target.parse("https://wire.example/feed"), private) == ()
    assert open_to(Target.parse("https://cms.internal:8443/feed"), private) == private


def test_a_certificate_is_checked_against_the_name_and_not_the_number(tmp_path):
    made = make_certificate(tmp_path, "feeds.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(made.certificate, made.key)
    trust = ssl.create_default_context(cafile=str(made.certificate))
    answers, private = {"feed": answer(FEED)}, ("feeds.example", "other.example", "127.0.0.1")
    found, _ = fetched("https://feeds.example:{port}/feed", answers, serving, trust=trust, private=private)
    assert found.body == FEED
    for other in ("other.example", "127.0.0.1"):
        refused = problem(f"https://{other}:{{port}}/feed", answers, tls=serving, trust=trust, private=private)
        assert "certificate" in str(refused).lower()
