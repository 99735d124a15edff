"""The sample day: some forty invented stories, timed to fit the edition that is being made."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from subscribers.instant import as_utc

OWN_NEWSROOM = "The Harbour Post"
ARTICLES = Path(__file__).parent / "day" / "articles.jsonl"
PICTURES = Path(__file__).parent / "pictures"
READERS = Path(__file__).parent / "readers.csv"


def sample_day(cutoff: datetime, assets_url: str) -> list[dict[str, Any]]:
    """Return the day's articles in the form `digest articles import` reads.

    Each was published within the 21 hours before *cutoff*, an aware instant, so that the shortest window
    (23 hours) holds them all. *assets_url*, without a slash at its end, is where the folder `PICTURES` is served.

    Raises:
        ValueError: *cutoff* is naive.
    """
    stories = [json.loads(line) for line in ARTICLES.read_text(encoding="utf-8").splitlines()]
    return [_dated(story, as_utc(cutoff), assets_url) for story in stories]


def write_sample_day(path: Path, cutoff: datetime, assets_url: str) -> int:
    """Write the day's articles to *path* as JSON lines, and return how many they are."""
    stories = sample_day(cutoff, assets_url)
    lines = (json.dumps(story, ensure_ascii=False) for story in stories)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(stories)


def reader_names() -> dict[str, str]:
    """Return the invented readers' names by their addresses."""
    with READERS.open(encoding="utf-8", newline="") as rows:
        return {row["email"]: row["name"] for row in csv.DictReader(rows)}


def _dated(story: dict[str, Any], cutoff: datetime, assets_url: str) -> dict[str, Any]:
    published = cutoff - timedelta(minutes=story["minutes_before_cutoff"])
    article = {key: value for key, value in story.items() if key not in {"minutes_before_cutoff", "image"}}
    article["published"] = published.isoformat()
    if "image" in story:
        article["image"] = _placed(story["image"], assets_url)
    return article


def _placed(image: dict[str, Any], assets_url: str) -> dict[str, Any]:
    rest = {key: value for key, value in image.items() if key != "file"}
    return {"url": f"{assets_url}/{image['file']}", **rest}
