"""What was posted, and what it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.form import read_fields
from subscribers.web import Ask, ask_of

URL_ENCODED = "application/x-www-form-urlencoded"


def multipart(boundary, **fields):
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URL_ENCODED, b"List-Unsubscribe=One-Click"),
        (f"{URL_ENCODED}; charset=UTF-8", b"List-Unsubscribe=One-Click"),
        ("", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=abc", multipart("abc", **{"List-Unsubscribe": "One-Click"})),
        ('Multipart/Form-Data; boundary="a b"', multipart("a b", **{"List-Unsubscribe": "One-Click"})),
    ],
)
def test_rfc_8058_is_read_in_both_encodings(content_type, body):
    assert read_fields(content_type, body) == {"List-Unsubscribe": "One-Click"}


def test_fields_are_decoded():
    assert read_fields(URL_ENCODED, b"act=return&newsletter=caf%C3%A9+news&empty=") == {
        "act": "return",
        "newsletter": "caf\u00e9 news",
        "empty": "",
    }
    assert read_fields("multipart/form-data; boundary=x", multipart("x", act="caf\u00e9")) == {"act": "caf\u00e9"}


@given(st.sampled_from([URL_ENCODED, "multipart/form-data; boundary=x", ""]) | st.text(), st.binary())
def test_whatever_is_posted_is_read_without_an_error(content_type, body):
    fields = read_fields(content_type, body)
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in fields.items())


@given(st.binary().map(lambda tail: b"--x\r\n" + tail), st.sampled_from(["", "; boundary=x", "; boundary"]))
def test_a_broken_multipart_body_is_read_without_an_error(body, boundary):
    read_fields(f"multipart/form-data{boundary}", body)


@pytest.mark.parametrize(
    ("fields", "ask"),
    [
        ({}, Ask.ONE_CLICK),
        ({"List-Unsubscribe": "One-Click"}, Ask.ONE_CLICK),
        ({"act": "leave"}, Ask.LEAVE),
        ({"act": "return"}, Ask.RETURN),
        ({"act": "return", "List-Unsubscribe": "One-Click"}, Ask.ONE_CLICK),
        ({"act": "RETURN"}, Ask.ONE_CLICK),
    ],
)
def test_only_our_own_button_asks_for_more_than_to_leave(fields, ask):
    assert ask_of(fields) is ask


@given(st.dictionaries(st.text(), st.text()))
def test_nothing_but_our_own_button_brings_a_reader_back(fields):
    assert (ask_of(fields) is Ask.RETURN) == (
        fields.get("act") == "return" and fields.get("List-Unsubscribe") != "One-Click"
    )
