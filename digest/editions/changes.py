"""Changes: whether a story that was mailed says something else now, and what is new in it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from digest.articles.article import Article
from digest.articles.sentences import run_on, sentences
from digest.editions.mailed import Mailed
from digest.editions.word_weights import SMALL_STEMS
from digest.editions.words import stem, words_of

# Enough for "substantially": so many words that carry meaning, and such a share of all the story says now.
FEWEST_WORDS = 4
LEAST_SHARE = 0.25
NEW_SENTENCE = 1 / 3  # the share of new words that makes a sentence news


@dataclass(frozen=True, slots=True)
class Change:
    """What is new in a story that readers had on `since`, and when (UTC) it was changed.

    `news` are the sentences of its summary that say it, "" where only the headline does.
    """

    at: datetime
    since: date
    news: str


def change_of(mailed: Mailed, article: Article, at: datetime) -> Change | None:
    """Return how *article*, changed at *at* (UTC), differs from what was *mailed*; None if not substantially.

    That is by many new words, or by another figure in the headline: a toll, a result, a sum. What was told in an
    edition that kept no summaries can't be known, and counts as unchanged; a summary where there was none is no news.
    """
    if mailed.summary is None:
        return None
    had = _stems(f"{mailed.headline}\n{mailed.summary}")
    summary = article.summary if mailed.summary else ""
    says = _stems(f"{article.headline}\n{summary}")
    fresh = says - had
    many = len(fresh) >= FEWEST_WORDS and len(fresh) >= LEAST_SHARE * len(says)
    figures = any(word[0].isdigit() for word in _stems(article.headline) - had)
    return Change(at, mailed.local_date, _news(summary, fresh)) if many or figures else None


def _news(summary: str, fresh: set[str]) -> str:
    told = ((sentence, _stems(sentence)) for sentence in sentences(summary))
    new = [sentence for sentence, words in told if words and len(words & fresh) >= NEW_SENTENCE * len(words)]
    return reduce(run_on, new, "")


def _stems(text: str) -> set[str]:
    return {found for word in words_of(text) if (found := stem(word)) not in SMALL_STEMS}
