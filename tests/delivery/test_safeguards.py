"""What must hold before an edition goes to readers: which objections are raised, and in which words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.safeguards import Safeguards, approval_objection, audience_objection
from digest.settings import NewsletterSettings

DAY = date(2026, 3, 14)
BUILT, OTHER = "b" * 64, "0" * 64
READERS = st.integers(0, 10**7)
SHARES = st.floats(0.001, 1)


def test_what_is_approved_meets_no_objection():
    assert approval_objection("morning", DAY, BUILT, BUILT) is None


@pytest.mark.parametrize(
    ("approved", "told"), [(OTHER, f"but {OTHER} was approved"), (None, "and nothing was approved yet")]
)
def test_what_is_not_approved_is_told_with_both_hashes_and_the_two_commands_to_run(approved, told):
    objection = approval_objection("morning", DAY, BUILT, approved) or ""
    for words in (
        f"it is built as {BUILT}",
        told,
        "digest preview morning --date 2026-03-14",
        "digest edition approve morning --date 2026-03-14 --sha256 bbbbbbbbbbbb'",
    ):
        assert words in objection


@pytest.mark.parametrize(
    ("audience", "expected", "previous", "share", "fits"),
    [
        (1000, None, None, None, True),
        (1, None, 1_000_000, None, True),
        (1, None, None, 0.1, True),
        (900, None, 1000, 0.1, True),
        (899, None, 1000, 0.1, False),
        (1100, None, 1000, 0.1, True),
        (1101, None, 1000, 0.1, False),
        (71, None, 100, 0.29, True),  # 0.29 * 100 is less than 29 as a float
        (0, None, 0, 0.1, True),
        (1, None, 0, 0.1, False),
        (900, 1000, 500, None, True),
        (899, 1000, 899, None, False),
        (899, 1000, 899, 0.2, True),
        (0, 0, 1000, None, True),
        (1, 0, None, None, False),
        (2000, 1000, None, 1, True),
    ],
)
def test_an_audience_may_differ_by_a_share_of_what_was_expected_or_else_of_the_one_before(
    audience, expected, previous, share, fits
):
    assert (audience_objection(audience, expected, previous, share) is None) is fits


def test_an_objection_to_the_audience_has_both_numbers():
    assert audience_objection(8412, None, 10_000, 0.1) == (
        "8,412 readers would get it, but 10,000 had the previous edition, and it may be no more than 10 % from that"
    )
    assert audience_objection(8412, 10_000, 8412, 0.025) == (
        "8,412 readers would get it, but 10,000 were expected, and it may be no more than 2.5 % from that"
    )


@given(READERS, READERS, SHARES)
def test_what_fits_a_share_fits_every_greater_one_and_itself(audience, previous, share):
    assert audience_objection(previous, None, previous, share) is None
    if audience_objection(audience, None, previous, share) is None:
        assert audience_objection(audience, None, previous, min(1, share * 1.5)) is None
        assert abs(audience - previous) <= share * previous + 1e-6


def test_a_newsletters_settings_are_its_safeguards():
    plain = {"name": "Morning", "from": "news@quay.example", "timezone": "UTC"}
    assert Safeguards.of(NewsletterSettings.model_validate(plain)) == Safeguards()
    strict = NewsletterSettings.model_validate({**plain, "approval": True, "audience_change": 0.2})
    assert Safeguards.of(strict, 100) == Safeguards(approval=True, audience_change=0.2, expected=100)
