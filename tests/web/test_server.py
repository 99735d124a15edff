"""What the server itself makes of a request, before any page sees it."""

import contextlib
import http.client
import socket
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request
from visitor import Visitor

from digest.demo.serving import bind_loopback, serve_in_thread

PIECE = b"a" * 32_768
FAR_TOO_MUCH = 16_000_000  # more than any head, and more than the sockets hold between them


@pytest.fixture(scope="module")
def base():
    app = FastAPI()

    @app.api_route("/", methods=["GET", "POST"])
    async def told(request: Request) -> dict[str, object]:
        length = len(await request.body())
        return {"client": request.client.host, "scheme": request.url.scheme, "length": length}

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FORWARDED_ALLOW_IPS", "*")
        with serve_in_thread(app, bind_loopback()) as address:
            yield address


def test_what_is_said_of_a_visitors_address_changes_nothing_whatever_the_environment_allows(base):
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert Visitor(base).ask("GET", "/", None, forged).words == '{"client":"127.0.0.1","scheme":"http","length":0}'


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"GET /",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: ",
    ],
    ids=["header", "address", "trailer"],
)
def test_a_head_without_an_end_is_cut_off_and_not_kept(base, beginning):
    with connected(base) as connection:
        connection.sendall(beginning)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            connection.sendall(b"a" * FAR_TOO_MUCH)


def test_long_heads_and_bodies_come_through_one_after_another(base):
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    for _ in range(3):
        connection.request("POST", "/", PIECE * 8, {"X-Long": PIECE})
        told = connection.getresponse()
        assert (told.status, told.getheader("Connection")) == (200, None)
        assert b'"length":262144}' in told.read()
    connection.close()


@contextlib.contextmanager
def connected(base):
    place = urlsplit(base)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        yield connection
