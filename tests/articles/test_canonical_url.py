import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.canonical_url import LONGEST, canonical_url
from digest.articles.rejection import RejectedError


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("https://Post.Example", "https://post.example/"),
        ("HTTPS://post.example:443/a#top", "https://post.example/a"),
        ("http://post.example:80/a", "http://post.example/a"),
        ("http://post.example:8080/a", "http://post.example:8080/a"),
        ("https://post.example./a", "https://post.example/a"),
        ("  https://post.example/a \n", "https://post.example/a"),
        ("https://post.example/a?utm_source=x&id=7&fbclid=1&b=2&UTM_Medium=y", "https://post.example/a?id=7&b=2"),
        ("https://post.example/a?gclid=1&mc_cid=2", "https://post.example/a"),
        ("https://post.example/a?b=2&a=1&b=1", "https://post.example/a?b=2&a=1&b=1"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://post.example/%7ejo/caf%c3%a9?q=a b", "https://post.example/~jo/caf%C3%A9?q=a%20b"),
        ("https://post.example/100%", "https://post.example/100%25"),
        ("https://[2001:DB8:0::1]/a", "https://[2001:db8::1]/a"),
        ("https://post.example/Case/Kept", "https://post.example/Case/Kept"),
    ],
)
def test_addresses_that_lead_to_one_story_have_one_form(raw, canonical):
    assert canonical_url(raw) == canonical


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "not an http or https address"),
        ("/news/bridge", "not an http or https address"),
        ("ftp://post.example/a", "not an http or https address"),
        ("javascript:alert(1)", "not an http or https address"),
        ("https:///a", "not an http or https address"),
        ("https://jo:secret@post.example/a", "names a user"),
        ("https://post.example:99999/a", "no valid port"),
        ("https://[::1/a", "not an address"),
        ("https://po..st.example/a", "no valid host name"),
        ("https://-/a", "no valid host name"),
        ("https://post.example/a\nb", "control character"),
        ("https://post.example/\ud800", "half a character"),
        ("https://post.example/" + "a" * LONGEST, "2,048 is the limit"),
    ],
)
def test_what_is_no_web_address_is_refused_with_its_reason(raw, reason):
    with pytest.raises(RejectedError, match=reason):
        canonical_url(raw)


_parts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=12)


@given(path=_parts, query=_parts, fragment=_parts)
def test_a_canonical_address_is_its_own_canonical_form(path, query, fragment):
    once = canonical_url(f"https://post.example/{path}?{query}#{fragment}")
    assert canonical_url(once) == once
    assert once.isascii()


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_rejection(text):
    for raw in (text, f"https://{text}", f"https://post.example/{text}"):
        try:
            assert canonical_url(raw).startswith(("https://", "http://"))
        except RejectedError as error:
            assert str(error)  # noqa: PT017  (both ways are right; only another error is wrong)
