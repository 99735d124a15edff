"""Articles, sources and a newsletter of an invented newsroom, for the tests of editions."""

from datetime import UTC, date, datetime, timedelta

from digest.articles.article import Article, Image
from digest.settings import NewsletterSettings, SourceSettings

DAY = date(2026, 3, 14)
MORNING = datetime(2026, 3, 14, 4, tzinfo=UTC)
OWN = "The Harbour Post"
WIRE = "Meridian Wire"
PICTURE = Image("https://pictures.post.example/ferry.jpg", alt="A ferry", width=1200, height=675)


def article(place: int = 0, **changes: object) -> Article:
    """Make the article that was published *place* minutes before the morning."""
    told: dict[str, object] = {
        "url": f"https://post.example/{place:03}",
        "source": OWN,
        "own": True,
        "headline": f"The ferry to island {place} sails again",
        "summary": f"Island {place} has fuel for nine days. The harbour master would not say more.",
        "body_html": "",
        "published": MORNING - timedelta(minutes=place),
    }
    return Article(**(told | changes))


def foreign(place: int = 0, **changes: object) -> Article:
    """Make an article of another outlet."""
    told = {"source": WIRE, "own": False, "url": f"https://wire.example/{place:03}"}
    words = {
        "headline": f"Wheat from field {place} is weighed",
        "summary": f"Farmers brought in harvest {place} early.",
    }
    return article(place, **(told | words | changes))


def newsletter(**changes: object) -> NewsletterSettings:
    told = {"name": "Daily Headlines", "from": "headlines@post.example", "timezone": "Europe/Lisbon"}
    return NewsletterSettings.model_validate(told | changes)


def sources(**terms: dict[str, object]) -> dict[str, SourceSettings]:
    """Make the configured sources; `own` and `wire` name the two."""
    named = {"own": OWN, "wire": WIRE}
    return {
        named[key]: SourceSettings.model_validate({"name": named[key], "own": key == "own", **value})
        for key, value in terms.items()
    }
