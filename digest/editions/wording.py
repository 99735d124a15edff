"""The words an edition makes by itself: subject, standfirst, excerpts. In no language of their own."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce

from digest.articles.sentences import run_on, sentences
from digest.articles.summary import cut_at_word
from digest.editions.contents import Story

SUBJECT_CHARACTERS = 120
STANDFIRST_SHORTEST = 40
STANDFIRST_LONGEST = 130
_STOPS = " .…"
_SENTENCE_ENDS = ".!?…。！？\"'”’»)"  # noqa: RUF001 - sentences end so in many scripts
_REPLY_OR_FORWARD = re.compile(r"^\s*(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)


def subject_of(headline: str, previous_subject: str | None, local_date: date) -> str:
    """Return the subject: the lead's headline, at most 120 characters.

    It never begins like a reply, and bears the date where it would equal the previous edition's (H04).
    A headline that says nothing else than "Re:" leaves the date alone, so that it can't stop the edition (law 10).
    """
    line = _REPLY_OR_FORWARD.sub("", " ".join(headline.split()))
    subject = cut_at_word(line, SUBJECT_CHARACTERS) or local_date.isoformat()
    return subject if subject != previous_subject else f"{subject} ({local_date.isoformat()})"


def standfirst_of(stories: Sequence[Story], lead: Story, subject: str) -> str:
    """Return one sentence on the day: 40-130 characters where the stories give as many, never the subject (M19)."""
    found = ""
    for words in _candidates(stories, lead):
        longer = cut_at_word(_joined(found, words), STANDFIRST_LONGEST)
        if not _repeats(words, subject) and not _repeats(longer, subject):
            found = longer
        if len(found) >= STANDFIRST_SHORTEST:
            break
    return found or f"{lead.source}, {lead.published.date().isoformat()}"


def excerpt(summary: str, limit: int) -> str:
    """Return as many whole sentences of *summary* as fit in *limit* characters, else its words up to there."""
    fitting = ""
    for sentence in sentences(summary):
        longer = run_on(fitting, sentence)
        if len(longer) > limit:
            break
        fitting = longer
    return fitting or (cut_at_word(summary, limit) if limit > 1 else "")


def beyond(standfirst: str, summary: str) -> str:
    """Return *summary* without the sentences that *standfirst* says in full just above it."""
    return reduce(run_on, (sentence for sentence in sentences(summary) if sentence not in standfirst), "")


def _joined(before: str, words: str) -> str:
    """Return *words* after what stands *before*: a headline has no full stop that would part it from the next."""
    if not before:
        return words
    return f"{before} {words}" if before[-1] in _SENTENCE_ENDS else f"{before} · {words}"


def _repeats(words: str, subject: str) -> bool:
    """Say whether *words* tell what *subject* tells; one that was cut short tells what begins like it."""
    said, told = words.rstrip(_STOPS).casefold(), subject.rstrip(_STOPS).casefold()
    return said == told or (subject.endswith("…") and said.startswith(told))


def _candidates(stories: Sequence[Story], lead: Story) -> Iterator[str]:
    yield from sentences(lead.summary)
    yield from (story.headline for story in stories if story.url != lead.url)
