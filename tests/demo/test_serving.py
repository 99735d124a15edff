import socket
import urllib.request

import pytest
from fastapi import FastAPI

from digest.demo.serving import bind_loopback, serve_in_thread
from digest.web.serving import address_of


def test_the_address_is_known_before_serving_and_is_the_one_that_answers():
    app = FastAPI()
    app.get("/")(lambda: {"hello": "reader"})
    listener = bind_loopback()
    address = address_of(listener)
    with serve_in_thread(app, listener) as base:
        assert base == address
        with urllib.request.urlopen(base, timeout=20) as answer:  # noqa: S310 - our own loopback server
            assert answer.read() == b'{"hello":"reader"}'


def test_the_port_is_free_again_afterwards():
    listener = bind_loopback()
    port = listener.getsockname()[1]
    with serve_in_thread(FastAPI(), listener):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=20)


def test_a_taken_port_is_said_at_once():
    with bind_loopback() as taken, pytest.raises(OSError, match="in use"):
        bind_loopback(taken.getsockname()[1])


def test_a_server_that_cannot_start_says_why_and_is_not_waited_for():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaks_no_http:
        speaks_no_http.bind(("127.0.0.1", 0))
        serving = serve_in_thread(FastAPI(), speaks_no_http)
        with pytest.raises(ValueError, match="Stream Socket"):
            serving.__enter__()
