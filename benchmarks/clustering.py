"""Same-story clustering against labelled headlines, beside two plain ways, and the time it takes."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from itertools import combinations
from math import comb, log, sqrt
from pathlib import Path

from benchmarks.average_link import linked
from benchmarks.figures import Figure, at_least, at_most, left_out, plain
from digest.articles.article import Article
from digest.editions.clusters import clusters_of
from digest.editions.news_words import COMMON, FAMILIAR

LABELLED = Path(__file__).parents[2] / "shared" / "data" / "headlines"
FAMILIES = {"allsides": (0.90, 0.78, 0.90), "uci": (0.84, 0.73, None)}  # B-cubed F1, pairwise F1, pairwise precision
ARTICLES, MOST_SECONDS = 10_000, 10.0
_BARS = [step / 50 for step in range(2, 50)]
_WORD = re.compile(r"\w+")

Labels = Sequence[object]


def measure_clustering(tell: Callable[[str], None]) -> list[Figure]:
    """Score our clusters and those of the baselines, and time ten thousand articles."""
    many = _invented(ARTICLES)
    tell(f"{ARTICLES:,} articles, clustered ...")
    timed = at_most(f"{ARTICLES:,} articles clustered", _seconds(lambda: clusters_of(many)), MOST_SECONDS, "s")
    if not LABELLED.is_dir():
        return [timed, left_out("labelled headlines", "there are none here")]
    return [timed, *(figure for family in FAMILIES for figure in _family(family, tell))]


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def bcubed(gold: Labels, found: Labels) -> tuple[float, float, float]:
    """Return B-cubed precision, recall and F1: what each item's cluster and story have in common, averaged."""
    both, stories, clusters = Counter(zip(gold, found, strict=True)), Counter(gold), Counter(found)
    pairs = list(zip(gold, found, strict=True))
    precision = sum(both[pair] / clusters[pair[1]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / stories[pair[0]] for pair in pairs) / len(pairs)
    return precision, recall, _f1(precision, recall)


def pairwise(gold: Labels, found: Labels) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pairs that are put together."""
    right = _pairs(zip(gold, found, strict=True))
    precision, recall = right / (_pairs(found) or 1), right / (_pairs(gold) or 1)
    return precision, recall, _f1(precision, recall)


def _family(family: str, tell: Callable[[str], None]) -> list[Figure]:
    tell(f"the labelled headlines of {family}, ours and two baselines ...")
    files = [_labelled(file) for file in sorted(LABELLED.glob(f"{family}-*.jsonl"))]
    cubed, paired = _scores(files, [_ours(articles) for articles, _ in files])
    figures = []
    for name, likeness in {"token ratio": _token_ratios, "TF-IDF cosine": _cosines}.items():
        each = [likeness(articles) for articles, _ in files]
        # The bar that suits it best on these very files: more than it could know.
        best = max((_scores(files, [linked(a, bar) for a in each]) for bar in _BARS), key=lambda told: told[0][2])
        figures += [plain(f"{family}: {name}, B-cubed F1", best[0][2], ""), plain("... pairwise F1", best[1][2], "")]
    least_cubed, least_paired, least_precision = FAMILIES[family]
    return [
        at_least(f"{family}: ours, B-cubed F1", cubed[2], least_cubed),
        *(plain(f"... B-cubed {what}", value, "") for what, value in zip(("precision", "recall"), cubed, strict=False)),
        at_least("... pairwise F1", paired[2], least_paired),
        at_least("... pairwise precision", paired[0], least_precision)
        if least_precision
        else plain("... pairwise precision", paired[0], ""),
        plain("... pairwise recall", paired[1], ""),
        *figures,
    ]


def _scores(files: list[tuple[list[Article], Labels]], found: list[Labels]) -> tuple[list[float], list[float]]:
    """Return both measures' precision, recall and F1, each averaged over the files."""
    told = [(bcubed(gold, labels), pairwise(gold, labels)) for (_, gold), labels in zip(files, found, strict=True)]
    cubed, paired = (
        [sum(values) / len(told) for values in zip(*column, strict=True)] for column in zip(*told, strict=True)
    )
    return cubed, paired


def _ours(articles: list[Article]) -> Labels:
    clusters = {url: at for at, cluster in enumerate(clusters_of(articles)) for url in cluster.urls}
    return [clusters[article.url] for article in articles]


def _labelled(file: Path) -> tuple[list[Article], Labels]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    articles = [
        _article(
            row["url"], row["source"], row["title"], row["summary"] or "", datetime.fromisoformat(row["published"])
        )
        for row in rows
    ]
    return articles, [row["story"] for row in rows]


def _token_ratios(articles: list[Article]) -> list[list[float]]:
    words = [set(_WORD.findall(article.headline.lower())) for article in articles]
    return _matrix(len(words), lambda one, other: _token_set_ratio(words[one], words[other]))


def _token_set_ratio(one: set[str], other: set[str]) -> float:
    shared = " ".join(sorted(one & other))
    mine, theirs = (f"{shared} {' '.join(sorted(words))}".strip() for words in (one - other, other - one))
    ratios = (SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in combinations((shared, mine, theirs), 2))
    return max(ratios) if shared else SequenceMatcher(None, mine, theirs, autojunk=False).ratio()


def _cosines(articles: list[Article]) -> list[list[float]]:
    counts = [Counter(_WORD.findall(f"{article.headline} {article.summary}".lower())) for article in articles]
    uses = Counter(word for count in counts for word in count)
    vectors = []
    for count in counts:
        worth = {word: times * (log((1 + len(counts)) / (1 + uses[word])) + 1) for word, times in count.items()}
        length = sqrt(sum(value * value for value in worth.values()))
        vectors.append({word: value / length for word, value in worth.items()})
    return _matrix(
        len(vectors), lambda a, b: sum(value * vectors[b].get(word, 0.0) for word, value in vectors[a].items())
    )


def _matrix(size: int, likeness: Callable[[int, int], float]) -> list[list[float]]:
    rows = [[0.0] * size for _ in range(size)]
    for one, other in combinations(range(size), 2):
        rows[one][other] = rows[other][one] = likeness(one, other)
    return rows


def _invented(number: int) -> list[Article]:
    """Make articles on events, four on each, of the news's common words and of invented names, unevenly spread."""
    chance = random.Random(7)  # noqa: S311 - nothing secret
    names = ["".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(4)) for _ in range(30_000)]
    words = [*sorted(COMMON), *sorted(FAMILIAR), *names]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    day = datetime(2026, 3, 14, tzinfo=UTC)
    made = []
    for event in range(number // 4):
        theirs = chance.choices(words[len(COMMON) :], k=14)
        for outlet in range(4):
            text = chance.sample(theirs, 7) + chance.choices(words, weights, k=5)
            summary = " ".join(chance.sample(theirs, 8) + chance.choices(words, weights, k=50))
            published = day + timedelta(seconds=chance.randrange(86_400))
            made.append(
                _article(f"https://{outlet}.example/{event}", f"Outlet {outlet}", " ".join(text), summary, published)
            )
    return made


def _article(url: str, source: str, headline: str, summary: str, published: datetime) -> Article:
    return Article(url, source, own=False, headline=headline, summary=summary, body_html="", published=published)


def _pairs(labels: Iterable[object]) -> int:
    return sum(comb(size, 2) for size in Counter(labels).values())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
