import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage

import pytest

from digest.demo.catcher import Catcher
from digest.demo.day import PICTURES
from digest.demo.inbox import inbox_app
from digest.demo.serving import bind_loopback, serve_in_thread

ADA = "ada@example.org"
HTML = '<html lang="en"><head><title>x</title></head><body><a href="https://example.org/">Café & co.</a></body></html>'


@pytest.fixture(scope="module")
def written():
    def write(to=ADA, subject="Harbour wall — at last", sender="The Harbour Post <post@example.org>", html=HTML):
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = subject, sender, to
        mail["Date"] = "Sun, 22 Nov 2026 06:00:00 +0100"
        mail.set_content("Café news & more\n.a line that begins with a dot\n")
        mail.add_alternative(html, subtype="html")
        return mail

    return write


@pytest.fixture(scope="module")
def caught(written):
    """What the catcher keeps of these mails once they came over real SMTP."""

    def catch(*mails):
        with Catcher() as catcher, smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
            for mail in mails or (written(),):
                smtp.send_message(mail, "bounce@example.org", [ADA])
        return catcher.caught

    return catch


@pytest.fixture(scope="module")
def served():
    """A way to ask the pages over given mails: path to (status, headers, body)."""
    running = []

    def serve(mails, **more):
        context = serve_in_thread(inbox_app(mails, PICTURES, **more), bind_loopback())
        base = context.__enter__()
        running.append(context)
        return lambda path: _get(base + path)

    yield serve
    for context in running:
        context.__exit__(None, None, None)


def _get(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own loopback server
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
