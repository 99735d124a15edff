import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import address as addresses
from subscribers.address import ROLE_NAMES, EmailAddress, InvalidAddressError


def test_white_space_around_an_address_is_forgiven():
    assert str(EmailAddress.parse("  ada@example.org\r\n")) == "ada@example.org"


def test_the_local_part_keeps_its_case_and_the_domain_loses_it():
    address = EmailAddress.parse("Ada.Lovelace@Example.ORG")
    assert str(address) == "Ada.Lovelace@example.org"
    assert address.key == "ada.lovelace@example.org"


def test_two_spellings_of_an_address_have_one_key():
    assert EmailAddress.parse("ADA@example.org").key == EmailAddress.parse("ada@EXAMPLE.org").key


def test_dots_and_tags_make_different_readers():
    assert len({EmailAddress.parse(raw).key for raw in ("a.b@x.org", "ab@x.org", "ab+news@x.org")}) == 3


@pytest.mark.parametrize(
    ("raw", "domain"),
    [
        ("leser@münchen.example", "xn--mnchen-3ya.example"),
        ("leser@MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("leser@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("読者@例え.example", None),
        ("reader@例え.example", "xn--r8jz45g.example"),
    ],
)
def test_an_international_domain_becomes_a_labels_and_an_international_name_is_refused(raw, domain):
    if domain is None:
        with pytest.raises(InvalidAddressError, match="not an email address"):
            EmailAddress.parse(raw)
    else:
        assert EmailAddress.parse(raw).domain == domain


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "ada@localhost",
        "ada@[192.0.2.1]",
        "a da@example.org",
        "ada@exam ple.org",
        "ada@example..org",
        ".ada@example.org",
        "Ada <ada@example.org>",
        "ada@example.org, bob@example.org",
        '"ada lovelace"@example.org',
        f"{'a' * 65}@example.org",
        f"ada@{'a' * 250}.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@exa\x00mple.org",
        "\ud800@example.org",
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(raw):
    with pytest.raises(InvalidAddressError, match=r"is not an email address: \w"):
        EmailAddress.parse(raw)


def test_a_refusal_quotes_no_more_than_a_line_of_a_huge_value():
    with pytest.raises(InvalidAddressError) as refused:
        EmailAddress.parse("x" * 1_000_000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("role", sorted(ROLE_NAMES))
def test_behind_a_role_stands_no_reader(role):
    with pytest.raises(InvalidAddressError, match="belongs to a role"):
        EmailAddress.parse(f"{role.upper()}@example.org")


def test_a_newsroom_may_be_reached_at_a_role():
    assert str(EmailAddress.parse("webmaster@example.org", of_reader=False)) == "webmaster@example.org"


@given(st.text(max_size=60) | st.from_regex(r"[\w.+-]{1,10}@[\w.-]{1,20}\.[a-z]{2,5}", fullmatch=True))
def test_whatever_is_given_it_is_an_address_for_good_or_refused(raw):
    try:
        address = EmailAddress.parse(raw)
    except InvalidAddressError:
        return
    assert EmailAddress.parse(str(address)) == address
    assert str(address).isascii()
    assert not set(str(address)) & set("\r\n\0<> ")
    assert len(str(address)) <= 320
    assert address.key == address.key.lower()


def outcome(judge, given):
    try:
        return judge(given)
    except InvalidAddressError:
        return "refused"


LOCAL = st.text("ab.Z09!#$%&'*+/=?^_`{|}~-\"\\ @\xe4\u200b", max_size=70) | st.from_regex(
    r"[\w.+-]{1,66}", fullmatch=True
)
DOMAIN = st.sampled_from(["example.org", "EXAMPLE.org", "localhost", "xn--mnchen-3ya.example", "b.invalid", "a..b", ""])
LABELS = st.lists(st.text("abZ0-_\xe4.", min_size=1, max_size=64), min_size=1, max_size=5).map(".".join)


@given(st.tuples(LOCAL, DOMAIN | LABELS | st.text("a.", max_size=255)).map("@".join) | st.text(max_size=40))
def test_the_quick_way_finds_what_the_thorough_one_finds(given_address):
    given_address = given_address.strip()
    quick = addresses._plain(given_address)
    assert quick is None or quick == outcome(addresses._judged, given_address)


def test_the_quick_way_is_taken_by_ordinary_addresses():
    for ordinary in ("ada@example.org", "Ada.Lovelace+news@Mail.Example.org", "o'hara_1-x@example.co.uk"):
        assert addresses._plain(ordinary) == addresses._judged(ordinary)


@pytest.mark.parametrize("longest", [f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.org", f"{'a' * 64}@example.org"])
def test_the_longest_address_is_taken_and_one_character_more_is_not(longest):
    assert str(EmailAddress.parse(longest)) == longest
    with pytest.raises(InvalidAddressError):
        EmailAddress.parse(f"a{longest}")
    if len(longest) == 254:
        with pytest.raises(InvalidAddressError):
            EmailAddress.parse(longest.replace("@", "@d"))
