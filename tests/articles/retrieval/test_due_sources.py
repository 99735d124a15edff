from datetime import UTC, datetime, timedelta

import pytest

from digest.articles.retrieval.due_sources import sources_due
from digest.articles.retrieval.source_health import SourceHealth
from digest.settings import SourceSettings

NOW = datetime(2026, 3, 14, 5, 31, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=1)
FEED = "https://wire.example/feed"
WIRE = SourceSettings(name="Wire", feed=FEED)


def health(tried_at, next_try_at=None, feed=FEED):
    return {"Wire": SourceHealth("Wire", feed, tried_at=tried_at, next_try_at=next_try_at)}


@pytest.mark.parametrize(
    ("known", "is_due"),
    [
        ({}, True),
        (health(SINCE - timedelta(seconds=1)), True),
        (health(SINCE), False),
        (health(NOW, feed="https://wire.example/old"), True),
        (health(SINCE - timedelta(hours=1), next_try_at=NOW + timedelta(seconds=1)), False),
        (health(SINCE + timedelta(seconds=1), next_try_at=NOW), True),
    ],
)
def test_a_source_is_due_when_it_was_not_asked_since_and_need_not_wait(known, is_due):
    assert sources_due([WIRE], known, SINCE, NOW) == ([WIRE] if is_due else [])


def test_a_source_without_a_feed_is_never_due():
    assert sources_due([SourceSettings(name="Us", own=True)], {}, SINCE, NOW) == []
