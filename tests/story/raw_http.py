"""Requests without a client's courtesies: no cookie, no redirect followed, the answer byte by byte."""

import http.client
import json
import socket
from email.message import Message
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

FORM = "application/x-www-form-urlencoded"
SECONDS = 20


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


def ask(method: str, url: str, body: bytes | None = None, kind: str = "") -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        connection.request(method, f"{parts.path or '/'}", body, {"Content-Type": kind} if kind else {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def form_request(host: str, visitor: str, fields: dict[str, str]) -> bytes:
    return _request(host, "/subscribe", visitor, FORM, urlencode(fields).encode())


def api_request(host: str, visitor: str, email: str, newsletter: str) -> bytes:
    body = json.dumps({"email": email, "newsletters": [newsletter]}).encode()
    return _request(host, "/api/subscriptions", visitor, "application/json", body)


def whole_answer(host: str, request: bytes) -> bytes:
    """Every byte that answers *request*, but for its Date."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=SECONDS) as connection:
        connection.sendall(request)
        got = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]
    return b"\r\n".join([*lines, b"", body])


def _request(host: str, path: str, visitor: str, kind: str, body: bytes) -> bytes:
    """A POST as a proxy on this machine hands it on for *visitor*, an IP address."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Forwarded-For: {visitor}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
