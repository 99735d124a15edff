"""Print how fast this machine builds an edition and makes messages, beside a reference measured in the same run."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from digest.articles.article import Article
from digest.delivery.message import Mailboxes, Reader, compile_edition
from digest.editions.compose import compose
from digest.rendering.inlining import inline_css
from digest.rendering.publication import Publication
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings import NewsletterSettings
from subscribers.tokens import keyring

DAY = date(2026, 3, 14)
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
PUBLICATION = Publication(
    slug="daily-headlines",
    name="Daily Headlines",
    pitch="",
    site_name="The Quay Times",
    base_url="https://news.quay.example",
    language="en",
    timezone="UTC",
    send_time="06:00",
    postal_address="3 Pier Road, Westhaven",
    contact="editor@quay.example",
)
NEWSLETTER = NewsletterSettings.model_validate(
    {"name": "Daily Headlines", "from": "headlines@quay.example", "timezone": "UTC", "max_stories": 60}
)


def main() -> None:
    """Measure and print."""
    articles = [_article(number) for number in range(60)]
    look = load_template(templates_folder() / "editions" / "daily-headlines")
    contents = compose("daily-headlines", DAY, NEWSLETTER, articles, {})
    if contents is None:
        raise SystemExit("sixty articles made no edition")
    pages: list[str] = []
    artifact = render_edition(contents, PUBLICATION, look, inline=lambda page: pages.append(page) or inline_css(page))  # type: ignore[func-returns-value]
    inlining = _seconds(lambda: inline_css(pages[0]), 10)
    whole = _seconds(
        lambda: render_edition(
            compose("daily-headlines", DAY, NEWSLETTER, articles, {}) or contents, PUBLICATION, look
        ),
        10,
    )
    print(f"60 stories, {len(artifact.html.encode()):,} bytes of HTML")
    _say("one premailer transform of that page", inlining, inlining)
    _say("compose + render, text part and all", whole, inlining)
    compiled = compile_edition(artifact, DAY, PUBLICATION, Mailboxes("h@quay.example", None, None), keyring(["s" * 32]))
    reader = Reader(1, 1, "reader@example.org", "A Reader")
    stock = _seconds(lambda: _stock(artifact.text, artifact.html), 20)
    ours = _seconds(lambda: compiled.message_for(reader, NOON), 2000)
    print(f"\none reader's message, {len(compiled.message_for(reader, NOON)):,} bytes")
    _say("the standard library: build and serialise", stock, stock)
    _say("ours: fill the compiled edition", ours, stock)


def _article(number: int) -> Article:
    return Article(
        url=f"https://quay.example/stories/{number}",
        source="The Quay Times" if number % 3 else "Another Coast",
        own=bool(number % 3),
        headline=f"Story number {number} comes from the quay and is told in one line",
        summary="What happened at the quay is told here in a plain sentence. A second one says why it matters to us.",
        body_html="<p>Body.</p>",
        published=NOON - timedelta(minutes=number),
    )


def _stock(text: str, html: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "h@quay.example", "reader@example.org", "A subject"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _seconds(act: Callable[[], object], times: int) -> float:
    """Return the least time of five runs, each of *times* calls, per call."""
    act()
    runs = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            act()
        runs.append((time.perf_counter() - began) / times)
    return min(runs)


def _say(what: str, seconds: float, reference: float) -> None:
    print(f"  {what:<44}{seconds * 1e6:>10,.0f} µs {seconds / reference:>8.3f} of the reference")


if __name__ == "__main__":
    main()
