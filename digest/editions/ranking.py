"""Ranking: how many points a story has, part by part, and the order that follows from them.

Our own newsroom comes first by its weight, then what many outlets tell, what they show on top, what is new, what a
section weighs and what an editor wants more, or less, of. Whole points only, so that the parts add up exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import log2

from digest.articles.article import Article
from digest.editions.changes import Change
from digest.editions.coverage import Covered
from digest.editions.score import Part, Score
from digest.editions.window import Window
from digest.editions.words import stem, words_of
from digest.settings import NewsletterSettings, SourceSettings

_MOMENT = timedelta(seconds=1)  # a cut-off that was moved may leave a window without a length
NEUTRAL = 1.0  # the weight of a source or a section that nobody weighed


def score_of(
    event: Covered,
    newsletter: NewsletterSettings,
    source: SourceSettings | None,
    window: Window,
    change: Change | None = None,
) -> Score:
    """Return the score of *event* in *newsletter*; *source* is the outlet of its report as configured, if it is.

    A story that readers have had is as new as its *change*.

    A part that brings nothing and says nothing is not there. The same arguments always give the same score.
    """
    return Score(tuple(_parts(_Candidate(event, newsletter, source, window, change))))


def section_of(article: Article, source: SourceSettings | None) -> str:
    """Return the section an article belongs to: its own, else its source's, else ""."""
    return article.section or (source.section if source else None) or ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    event: Covered
    newsletter: NewsletterSettings
    source: SourceSettings | None
    window: Window
    change: Change | None


def _parts(candidate: _Candidate) -> Iterator[Part]:
    yield _of_source(candidate)
    if candidate.event.article.own:
        yield Part("own", candidate.newsletter.ranking.own, "it is our own")
    yield from _of_coverage(candidate)
    yield from _of_prominence(candidate)
    yield _of_recency(candidate)
    yield from _of_section(candidate)
    yield from _of_boosts(candidate)


def _of_source(candidate: _Candidate) -> Part:
    weight = candidate.source.weight if candidate.source else NEUTRAL
    points = round(candidate.newsletter.ranking.source * weight)
    return Part("source", points, f"{candidate.event.article.source} has weight {weight:g}")


def _of_coverage(candidate: _Candidate) -> Iterator[Part]:
    others = candidate.event.also_in
    if others:
        points = round(candidate.newsletter.ranking.coverage * log2(1 + len(others)))
        yield Part("coverage", points, f"also told by {', '.join(others)}")


def _of_prominence(candidate: _Candidate) -> Iterator[Part]:
    reports = (candidate.event.article, *candidate.event.others)
    placed = [(report.position, report.source) for report in reports if report.position]
    if placed:
        place, outlet = min(placed)
        points = round(candidate.newsletter.ranking.prominence / place)
        yield Part("prominence", points, f"number {place} in the feed of {outlet}")


def _of_recency(candidate: _Candidate) -> Part:
    change, window = candidate.change, candidate.window
    moment = change.at if change else candidate.event.article.published
    share = (moment - window.start) / max(window.end - window.start, _MOMENT)
    points = round(candidate.newsletter.ranking.recency * min(1.0, max(0.0, share)))
    return Part("recency", points, f"{'updated' if change else 'published'} {moment:%Y-%m-%d %H:%M} UTC")


def _of_section(candidate: _Candidate) -> Iterator[Part]:
    section = section_of(candidate.event.article, candidate.source)
    rule = next((rule for rule in candidate.newsletter.sections if rule.takes(section)), None)
    if rule and rule.weight != NEUTRAL:
        points = round(candidate.newsletter.ranking.section * (rule.weight - NEUTRAL))
        yield Part("section", points, f"{rule.title} has weight {rule.weight:g}")


def _of_boosts(candidate: _Candidate) -> Iterator[Part]:
    boosts = candidate.newsletter.ranking.boosts
    if boosts:
        article = candidate.event.article
        said = _run(f"{article.headline} {article.summary}")
        told = [words for words in boosts if _run(words) in said]
        if told:
            yield Part("boost", sum(boosts[words] for words in told), f"it says {', '.join(told)}")


def _run(text: str) -> str:
    """Return the stems of *text* in their order, so that a run of words is found in any of its forms."""
    return f" {' '.join(map(stem, words_of(text)))} "
