"""The words an edition makes by itself: subject, standfirst, excerpts. In no language of their own."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import reduce
from itertools import accumulate, dropwhile

from digest.articles.sentences import run_on, sentences
from digest.articles.summary import cut_at_word
from digest.editions.contents import RESERVED_DOMAIN, Story
from digest.web_address import objection

SUBJECT_CHARACTERS = 120
NOTE_CHARACTERS = 2_000
CORRECTION_CHARACTERS = 500
STANDFIRST_SHORTEST = 40
STANDFIRST_LONGEST = 130
_STOPS = " .…"
_SENTENCE_ENDS = ".!?…。！？\"'”’»)"  # noqa: RUF001 - sentences end so in many scripts
# A comma in a number parts no clause, a hyphen no sentence.
_CLAUSE_END = re.compile(r"[,;](?=\s)|\s+[—–](?=\s)|—|[，；]")  # noqa: RUF001 - clauses end so in many scripts
_DANGLING = re.compile(r"(?:\s+\w{1,3})+…$")  # "and a…" promises what does not come
# Mail clients make links of these, so M23 holds for them too.
_ADDRESS = re.compile(r"\b[a-z]+://[^\s<>\"]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)]}'\u2019\u201d"
_REPLY_OR_FORWARD = re.compile(r"^\s*(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)


def subject_of(headline: str, previous_subject: str | None, local_date: date) -> str:
    """Return the subject: the lead's headline, at most 120 characters.

    It never begins like a reply, and bears the date where it would equal the previous edition's (H04).
    A headline that says nothing else than "Re:" leaves the date alone, so that it can't stop the edition (law 10).
    """
    line = _REPLY_OR_FORWARD.sub("", " ".join(headline.split()))
    subject = cut_at_word(line, SUBJECT_CHARACTERS) or local_date.isoformat()
    return subject if subject != previous_subject else f"{subject} ({local_date.isoformat()})"


def standfirst_of(lead: Story, others: Sequence[Story], subject: str) -> str:
    """Return one line on the day: 40-130 characters where the stories give as many.

    Never the subject (M19), nor the lead's headline right under it, which an editor's subject leaves unsaid.

    It is what *lead* begins with, in whole sentences, where more is left for the lead's own summary; else the
    headlines of *others*, as many as fit whole; else, for a lone story, its first sentence as far as there is room.
    """
    said = (subject, lead.headline)
    headlines = [story.headline for story in others if not _repeats_any(story.headline, said)]
    wishes = (
        _opening(lead.summary, said),
        _whole_headlines(headlines),
        _first_words(lead.summary, said),
        cut_at_word(reduce(_joined, headlines, ""), STANDFIRST_LONGEST),
    )
    found = [words for words in wishes if not _repeats_any(words, said)]
    long_enough = (words for words in found if len(words) >= STANDFIRST_SHORTEST)
    longest = max(found, key=len, default="")
    return next(long_enough, longest) or f"{lead.source}, {lead.published.date().isoformat()}"


def beyond(standfirst: str, summary: str) -> str:
    """Return *summary* without the sentences at its begin that *standfirst* says in full just above it.

    What would leave nothing of it leaves it whole: a story is not left without its summary.
    """
    rest = dropwhile(lambda sentence: sentence in standfirst, sentences(summary))
    return reduce(run_on, rest, "") or summary


def objection_to_subject(subject: str) -> str | None:
    """Return why an editor's *subject* can't stand above a mail, as a clause, or None."""
    if _REPLY_OR_FORWARD.match(subject):
        return "it begins like a reply or a forwarded mail"
    return _objection_to_words(subject, SUBJECT_CHARACTERS)


def objection_to_standfirst(standfirst: str) -> str | None:
    """Return why an editor's *standfirst* can't stand in a mail, as a clause, or None."""
    return _objection_to_words(standfirst, STANDFIRST_LONGEST, STANDFIRST_SHORTEST)


def objection_to_note(note: str) -> str | None:
    """Return why an editor's *note* can't stand in a mail, as a clause, or None."""
    return _objection_to_words(note, NOTE_CHARACTERS)


def objection_to_correction(words: str) -> str | None:
    """Return why an editor's correction can't stand in a mail, as a clause, or None."""
    return _objection_to_words(words, CORRECTION_CHARACTERS)


def repeats(words: str, subject: str) -> bool:
    """Say whether *words* tell what *subject* tells; one that was cut short tells what begins like it."""
    said, told = words.rstrip(_STOPS).casefold(), subject.rstrip(_STOPS).casefold()
    return said == told or (subject.endswith("…") and said.startswith(told))


def _repeats_any(words: str, said: Collection[str]) -> bool:
    """Say whether *words* tell what one of those tells that are *said*."""
    return any(repeats(words, one) for one in said)


def _objection_to_words(words: str, most: int, fewest: int = 1) -> str | None:
    if RESERVED_DOMAIN in words.casefold():
        return f"it says {RESERVED_DOMAIN}, which stands for each reader's own address and links"
    if not fewest <= len(words) <= most:
        return f"it has {len(words)} characters, and {fewest} to {most} are allowed"
    addresses = (found.rstrip(_AFTER_ADDRESS) for found in _ADDRESS.findall(words))
    return next((f"{why}: {address}" for address in addresses if (why := objection(address))), None)


def _opening(summary: str, said: Collection[str]) -> str:
    """Return the fewest whole sentences *summary* begins with that are a standfirst and leave one over, or ""."""
    told = list(sentences(summary))
    runs = list(accumulate(told, run_on))[:-1]
    found = next((run for run in runs if len(run) >= STANDFIRST_SHORTEST), "")
    is_fit = bool(found) and len(found) <= STANDFIRST_LONGEST and not _repeats_any(told[0], said)
    return found if is_fit else ""


def _whole_headlines(headlines: Iterable[str]) -> str:
    """Return the headlines that fit whole, in their order; a long one alone where the others are too short."""
    found = alone = ""
    for headline in headlines:
        longer = _joined(found, headline)
        if len(longer) <= STANDFIRST_LONGEST:
            found = longer
        elif STANDFIRST_SHORTEST <= len(headline) <= STANDFIRST_LONGEST:
            alone = alone or headline
    return found if len(found) >= STANDFIRST_SHORTEST or not alone else alone


def _first_words(summary: str, said: Collection[str]) -> str:
    """Return the first sentence of *summary* not *said* already, with the next where it is short, cut to size."""
    told = [sentence for sentence in sentences(summary) if not _repeats_any(sentence, said)]
    runs = list(accumulate(told, run_on))
    whole = next((run for run in runs if len(run) >= STANDFIRST_SHORTEST), runs[-1] if runs else "")
    if len(whole) <= STANDFIRST_LONGEST:
        return whole
    return _whole_clauses(whole) or _DANGLING.sub("…", cut_at_word(whole, STANDFIRST_LONGEST))


def _whole_clauses(sentence: str) -> str:
    """Return the most clauses of *sentence* that are a standfirst, without the mark they end in, or ""."""
    ends = [mark.start() for mark in _CLAUSE_END.finditer(sentence)]
    fitting = [end for end in ends if STANDFIRST_SHORTEST <= end <= STANDFIRST_LONGEST and _is_closed(sentence[:end])]
    return sentence[: fitting[-1]] if fitting else ""


def _is_closed(words: str) -> bool:
    """Say whether no bracket and no quotation is open at the end of *words*."""
    paired = all(words.count(opening) == words.count(closing) for opening, closing in ("()", "“”", "«»", "「」"))
    return paired and words.count('"') % 2 == 0


def _joined(before: str, words: str) -> str:
    """Return *words* after what stands *before*: a headline has no full stop that would part it from the next."""
    if not before:
        return words
    return f"{before} {words}" if before[-1] in _SENTENCE_ENDS else f"{before} · {words}"
