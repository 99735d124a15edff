"""The stamp of a form (S08)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_readers import KEYS, NOW

from subscribers.stamp import age_of, stamp
from subscribers.tokens import Keyring, keyring


@given(st.integers(min_value=-10_000, max_value=10**9))
def test_a_stamp_tells_its_age_to_the_millisecond(milliseconds):
    age = timedelta(milliseconds=milliseconds)
    assert age_of(stamp(KEYS, NOW), KEYS, NOW + age) == age


def test_a_stamp_survives_a_new_secret():
    newer = Keyring((b"a newer secret, also long enough", *KEYS.secrets))
    assert age_of(stamp(KEYS, NOW), newer, NOW) == timedelta(0)


def test_a_stamp_of_another_site_is_none():
    assert age_of(stamp(keyring(["the secret of another newsroom"]), NOW), KEYS, NOW) is None


@given(st.data())
def test_a_stamp_with_any_character_changed_is_none(data):
    good = stamp(KEYS, NOW)
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters().filter(lambda character: character != good[place]))
    assert age_of(good[:place] + other + good[place + 1 :], KEYS, NOW) is None


@pytest.mark.parametrize("text", ["", "-", "1", "0" * 10_000, f"{10**15}-{'0' * 32}", f"٣-{'0' * 32}", "é" * 40])
def test_what_is_no_stamp_is_none(text):
    assert age_of(text, KEYS, NOW) is None


def test_a_stamp_with_a_line_end_behind_it_is_none():
    assert age_of(stamp(KEYS, NOW) + "\n", KEYS, NOW) is None
