"""An edition that is looked at is made again when something of it changes, and only then."""

import re
from dataclasses import replace
from datetime import timedelta

from changing import change
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, article

from digest.articles.store import store_articles
from digest.configuration import load_settings
from digest.editions.texts_store import write_text

TOMORROW = DAY + timedelta(days=1)


def test_a_look_without_a_change_makes_nothing_again(watch):
    assert watch.latest() is watch.latest()


def test_an_article_an_editors_word_a_look_and_a_theme_each_make_it_again(watch, database, look):
    seen = [watch.latest()]

    def again():
        seen.append(watch.latest())
        assert seen[-1].version == seen[-2].version + 1
        assert not seen[-1].fault
        assert watch.latest() is seen[-1]
        return seen[-1].preview.artifact.html

    with database.writing() as session:
        changed = replace(article(11, cutoff=CUTOFF + timedelta(days=1)), headline="Cranes for the quay")
        store_articles(session, [changed], MORNING + timedelta(days=1))
    assert "Cranes for the quay" in again()
    with database.writing() as session:
        write_text(session, NEWSLETTER, TOMORROW, "note", "Good morning.", "kim", MORNING)
    assert "Good morning." in again()
    change(look / "edition.html", "Top stories", "The first")
    assert "The first" in again()
    watch.config.write_text(f'{watch.config.read_text()}\n[theme]\naccent = "#0b4f6c"\n', encoding="utf-8")
    assert "#0b4f6c" in again()


def test_what_is_wrong_is_told_beside_what_was_last_right(watch, look):
    right = watch.latest()
    change(look / "edition.html", "{% block stories %}", "{% block stories %}{{ weather }}")
    wrong = watch.latest()
    assert re.search(r"edition\.html, line \d+: nothing is called 'weather'", wrong.fault)
    assert wrong.preview is right.preview
    change(look / "edition.html", "{{ weather }}", "")
    assert (watch.latest().fault, watch.latest().version) == ("", right.version + 2)


def test_a_newsletter_that_is_renamed_under_ones_eyes_is_missed_in_words(watch):
    watch.latest()
    change(watch.config, "[newsletters.morning]", "[newsletters.dawn]")
    watch.load = lambda: load_settings(watch.config, {})
    assert watch.latest().fault.endswith("digest.toml has no newsletter morning now")
