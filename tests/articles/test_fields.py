from datetime import UTC, datetime, timedelta, timezone

import pytest

from digest.articles.article import Caption, Image
from digest.articles.fields import draft_of_fields
from digest.articles.file_text import decode_json
from digest.articles.rejection import RejectedError


def test_every_field_of_the_contract_is_read():
    draft = draft_of_fields(
        {
            "url": "https://post.example/a",
            "source": "Post",
            "headline": "Rain",
            "summary": "It rained.",
            "body_html": "<p>It rained.</p>",
            "body": "ignored beside body_html",
            "byline": "Iain Ross",
            "published": "2026-03-01T10:00:00+01:00",
            "section": "Weather",
            "language": "en-GB",
            "handle": "iainross",
            "biography": "Iain covers rain.",
            "image": {
                "url": "https://post.example/a.jpg",
                "alt": "Rain",
                "width": 600,
                "height": 338,
                "caption": "Rain in Oban.",
                "credit": "Jo Hart",
            },
        }
    )
    assert draft.published == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert draft.body_html == "<p>It rained.</p>"
    assert draft.image == Image("https://post.example/a.jpg", "Rain", 600, 338, "Rain in Oban.", "Jo Hart")
    assert (draft.byline, draft.section, draft.language) == ("Iain Ross", "Weather", "en-GB")
    assert (draft.handle, draft.biography) == ("iainross", "Iain covers rain.")


def test_a_plain_body_becomes_escaped_paragraphs():
    assert draft_of_fields({"body": "1 < 2\n\nYes."}).body_html == "<p>1 &lt; 2</p>\n<p>Yes.</p>"


def test_null_and_empty_texts_are_silence():
    draft = draft_of_fields({"headline": None, "byline": "", "image": None, "published": None})
    assert (draft.headline, draft.byline, draft.image, draft.published) == (None, None, None, None)


def test_an_embargo_and_a_withdrawal_are_told_or_not():
    told = draft_of_fields({"not_before": "2026-03-01T10:00+02:00", "withdrawn": False})
    assert (told.not_before, told.withdrawn) == (datetime(2026, 3, 1, 8, tzinfo=UTC), False)
    silent = draft_of_fields({"withdrawn": None})
    assert (silent.not_before, silent.withdrawn) == (None, None)


def test_an_image_without_address_keeps_its_caption():
    draft = draft_of_fields({"image": {"caption": "Rain in Oban.", "credit": "Jo Hart"}})
    assert (draft.image, draft.caption) == (None, Caption("Rain in Oban.", "Jo Hart"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"headlne": "x"}, "headlne: unknown field; did you mean headline?"),
        ({"title": "x"}, "title: unknown field; did you mean headline?"),
        ({"titel": "x"}, "titel: unknown field; did you mean headline?"),
        ({"zzz": 1}, "zzz: unknown field; known are biography, body,"),
        ({"headline": 7}, "headline: expected a text, got a number"),
        ({"byline": ["A", "B"]}, "byline: expected a text, got a list"),
        ({"published": True}, "published: expected a text, got true or false"),
        ({"published": "2026-03-01T10:00"}, "published: .* no time with a zone"),
        ({"published": "0001-01-01T00:00+14:00"}, "published: .* out of range: the year 1 can't be meant"),
        ({"published": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "published: .* out of range"),
        ({"published": "9999-12-31T23:00-14:00"}, "published: .* out of range: the year 9999 can't be meant"),
        ({"not_before": "tomorrow"}, "not_before: 'tomorrow' is no time with a zone"),
        ({"not_before": 7}, "not_before: expected a text, got a number"),
        ({"withdrawn": "yes"}, "withdrawn: expected true or false, got a text"),
        ({"image": "https://x.example/a.jpg"}, "image: expected an object"),
        ({"image": {"alt": "x"}}, "image.url: missing"),
        ({"image": {"src": "x"}}, "image.src: unknown field"),
        ({"image": {"url": "x", "width": "600"}}, "image.width: expected a whole number"),
        ({"image": {"url": "x", "width": True}}, "image.width: expected a whole number"),
        ({"image": {"url": "x", "height": 0}}, "image.height: 0 is no size"),
        ({"image": {"url": "x", "height": 10**12}}, "image.height: 1000000000000 is no size"),
    ],
)
def test_an_unknown_field_or_a_wrong_type_is_named(fields, reason):
    with pytest.raises(RejectedError, match=reason):
        draft_of_fields(fields)


@pytest.mark.parametrize("value", [[], "x", 1, None])
def test_json_that_is_no_object_is_no_article(value):
    with pytest.raises(RejectedError, match="expected an object"):
        draft_of_fields(value)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "1" * 5_000, '{"a": }\n'])
def test_text_that_is_no_json_is_refused(text):
    with pytest.raises(RejectedError, match="JSON"):
        decode_json(text.encode())
