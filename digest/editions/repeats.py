"""Repeats: which articles tell readers what they have had already.

That is the article that was mailed, the same words of its outlet under another address, and another outlet's report of
the same event. Our own reports of it, and what its outlet writes further, are news: they were written because there
was more to say.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from digest.articles.article import Article
from digest.editions.clusters import Cluster, clusters_of
from digest.editions.likeness import forms_of
from digest.editions.mailed import Mailed
from digest.editions.words import wording

LONGEST_ECHO = timedelta(hours=36)  # an event that is told anew after that is told for what came of it


def words_told(source: str, headline: str, summary: str) -> tuple[str, ...]:
    """Return what makes two texts of one outlet the same: a column that is only called the same each day is not."""
    return (source, *wording(f"{headline}\n{summary}"))


def repeats(articles: Iterable[Article], mailed: Sequence[Mailed]) -> dict[str, str]:
    """Return those of *articles* that readers have had, by address, each with the story they had, in words.

    *mailed* are the stories of earlier editions of one newsletter, the latest first.
    """
    told = list(articles)
    by_url = {story.url: story for story in reversed(mailed)}
    by_words = {words_told(story.source, story.headline, story.summary or ""): story for story in reversed(mailed)}
    found = {article.url: by_url[article.url] for article in told if article.url in by_url}
    for article in told:
        if same := by_words.get(words_told(article.source, article.headline, article.summary)):
            found.setdefault(article.url, same)
    for url, story in _echoes([article for article in told if article.url not in found], mailed):
        found.setdefault(url, story)
    return {url: _had(story) for url, story in found.items()}


def _echoes(articles: Sequence[Article], mailed: Sequence[Mailed]) -> Iterator[tuple[str, Mailed]]:
    """Give every report of an event that another outlet's mailed report tells, with the one it shares most with."""
    since = min((article.published for article in articles), default=None)
    recent = {story.url: story for story in mailed if since and story.published > since - LONGEST_ECHO}
    if recent:
        for cluster in clusters_of([*articles, *(story.as_report() for story in recent.values())]):
            yield from _echoes_in(cluster, [recent[url] for url in cluster.urls if url in recent])


def _echoes_in(cluster: Cluster, had: Sequence[Mailed]) -> Iterator[tuple[str, Mailed]]:
    urls = {story.url for story in had}
    for article in cluster.articles:
        if article.url not in urls and not article.own:
            heard = [story for story in had if _may_echo(article, story)]
            if heard:
                words = forms_of(article).keys()
                yield article.url, max(heard, key=lambda story: len(words & forms_of(story.as_report()).keys()))


def _may_echo(article: Article, story: Mailed) -> bool:
    return story.source != article.source and article.published - story.published < LONGEST_ECHO


def _had(story: Mailed) -> str:
    return f"readers had it on {story.local_date}, from {story.source}: {story.headline}"
