from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.demo.catcher import CaughtMail
from digest.demo.opened import open_mail


def opened(content):
    return open_mail(CaughtMail("ada@example.org", "bounce@example.org", content))


def test_headers_and_both_parts_are_decoded(caught):
    mail = open_mail(caught()[0])
    assert mail.subject == "Harbour wall — at last"
    assert mail.from_ == "The Harbour Post <post@example.org>"
    assert mail.text == "Café news & more\n.a line that begins with a dot\n"
    assert "Café & co." in mail.html
    assert mail.sent is not None
    assert mail.sent.utcoffset() == timedelta(hours=1)
    assert mail.size == len(caught()[0].content)


def test_headers_stand_in_the_order_of_the_wire_with_their_repetitions():
    mail = opened(b"Received: b\r\nReceived: a\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n\r\nx\r\n")
    assert mail.headers == (("Received", "b"), ("Received", "a"), ("Subject", "café"))


def test_a_mail_without_parts_and_headers_is_empty_and_not_an_error():
    mail = opened(b"")
    assert (mail.subject, mail.from_, mail.html, mail.sent, mail.size) == ("", "", "", None, 0)


def test_an_unknown_charset_is_shown_as_far_as_it_can_be_read():
    mail = opened(b"Content-Type: text/plain; charset=klingon\r\n\r\nplain \xff words\r\n")
    assert mail.text == "plain \ufffd words\n"


def test_a_malformed_address_that_breaks_the_parser_is_shown_as_it_came():
    assert opened(b"To: a<\r\n\r\nx").to == "a<"


@given(
    st.sampled_from(["From", "To", "Subject", "Date", "Message-ID", "Content-Type"]),
    st.text('<>@"()[]:;,.\\=?utf-8qbé \t', max_size=30),
    st.binary(max_size=60),
)
def test_no_mail_is_beyond_opening(name, value, body):
    mail = opened(f"{name}: {value}\r\n\r\n".encode() + body)
    for shown in (mail.subject, mail.from_, mail.to, mail.html, mail.text, mail.source):
        shown.encode()
