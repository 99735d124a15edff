"""Article pages as newspapers serve them: how much of each is read right, and how long a page takes."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, at_least, left_out, plain
from digest.articles.draft import Draft
from digest.articles.file_text import decode_page
from digest.articles.html_page import draft_of_page
from digest.articles.sanitising import plain_text

PAGES = Path(__file__).parents[2] / "shared" / "data" / "pages"
# Of fifteen. Where Le Monde's page names its writer, the outlet's own name is expected: that one can't be right.
TITLES, INSTANTS, AUTHORS, TEXT = 14, 14, 15, 0.95
MINUTE, MILLISECONDS = 60, 1_000
_WORD = re.compile(r"\w+")
Read = list[tuple[dict[str, Any], Draft]]


def measure_pages(tell: Callable[[str], None]) -> list[Figure]:
    """Read the saved pages and hold what was found against what is expected of them."""
    if not PAGES.is_dir():
        return [left_out("article pages", "there are none here")]
    expected = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
    tell(f"{len(expected)} article pages, read ...")
    began = time.perf_counter()
    read = [(row, draft_of_page(decode_page((PAGES / "html" / row["file"]).read_bytes()))) for row in expected]
    seconds = (time.perf_counter() - began) / len(read)
    return [
        plain("one article page, read", seconds * MILLISECONDS, "ms"),
        at_least(f"headlines, of {len(read)} pages", _right(read, _has_headline), TITLES),
        at_least("instants to the minute", _right(read, _has_instant), INSTANTS),
        at_least("authors", _right(read, _has_authors), AUTHORS),
        at_least("token F1 of the text, on average", sum(_f1(*each) for each in read) / len(read), TEXT),
    ]


def _right(read: Read, is_right: Callable[[dict[str, Any], Draft], bool]) -> int:
    return sum(is_right(row, draft) for row, draft in read)


def _has_headline(row: dict[str, Any], draft: Draft) -> bool:
    return _normal(row["title"]) in _normal(draft.headline)


def _has_instant(row: dict[str, Any], draft: Draft) -> bool:
    told = datetime.fromisoformat(row["published"])
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return draft.published is not None and abs((draft.published - told).total_seconds()) < MINUTE


def _has_authors(row: dict[str, Any], draft: Draft) -> bool:
    return set(map(_normal, row["authors"])) == set(_normal(draft.byline).split(", "))


def _f1(row: dict[str, Any], draft: Draft) -> float:
    found, told = _tokens(plain_text(draft.body_html)), _tokens(row["text"])
    return 2 * (found & told).total() / (found.total() + told.total())


def _tokens(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _normal(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
