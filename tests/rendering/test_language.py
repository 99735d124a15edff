from datetime import date, timedelta

import pytest

from digest.rendering.language import direction, written_date


@pytest.mark.parametrize("language", ["ar", "ar-EG", "he", "fa-IR", "ur", "az-Arab", "AR"])
def test_these_languages_are_read_from_the_right(language):
    assert direction(language) == "rtl"


@pytest.mark.parametrize("language", ["en", "en-GB", "ja", "zh-Hant", "tr", "ks-Deva", "sr-Latn-RS"])
def test_these_languages_are_read_from_the_left(language):
    assert direction(language) == "ltr"


def test_an_english_date_is_in_words_whatever_the_machine_speaks():
    assert written_date(date(2026, 11, 22), "en") == "Sunday, 22 November 2026"
    assert written_date(date(2026, 11, 22), "en-US") == "Sunday, November 22, 2026"


def test_another_languages_date_is_in_figures():
    assert written_date(date(2026, 11, 22), "pt-PT") == "2026-11-22"


def test_every_day_of_a_year_has_its_own_words():
    days = {written_date(date(2028, 1, 1) + timedelta(days=day), "en-GB") for day in range(366)}
    assert len(days) == 366
