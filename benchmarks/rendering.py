"""Building an edition and its messages, beside one premailer transform and the standard library's message."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from benchmarks.figures import Figure, plain
from benchmarks.sample import CUTOFF, DAY, PUBLICATION, SLUG, STORIES, article
from benchmarks.stopwatch import best_seconds
from digest.delivery.mailboxes import Mailboxes
from digest.delivery.message import Reader, compile_edition
from digest.editions.compose import compose
from digest.rendering.artifact import Artifact
from digest.rendering.inlining import inline_css
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings import NewsletterSettings
from subscribers.tokens import keyring

MOST_STORIES = 60
NEWSLETTER = NewsletterSettings.model_validate(
    {"name": "Daily Headlines", "from": "headlines@quay.example", "timezone": "UTC", "max_stories": MOST_STORIES}
)
MILLISECONDS = 1e3
MICROSECONDS = 1e6


def measure_rendering(tell: Callable[[str], None]) -> list[Figure]:
    """Measure how an edition is made, and a message of it."""
    tell("an edition, rendered and inlined; one reader's message ...")
    pages: list[str] = []
    _edition(MOST_STORIES, inline=lambda page: _kept(pages, page))
    inlining = best_seconds(lambda: inline_css(pages[0]), 4)
    whole = best_seconds(lambda: _edition(MOST_STORIES), 4)
    return [
        plain(f"one premailer transform of {MOST_STORIES} stories", inlining * MILLISECONDS, "ms"),
        plain("compose + render ÷ that transform", whole / inlining, ""),
        *_message_figures(_edition(STORIES)),
    ]


def _message_figures(artifact: Artifact) -> list[Figure]:
    compiled = compile_edition(artifact, DAY, PUBLICATION, Mailboxes("h@quay.example", None, None), keyring(["s" * 32]))
    readers = [Reader(number, number, f"reader{number}@example.org", f"Reader {number}") for number in range(1, 1001)]
    stock = best_seconds(lambda: _stock(artifact), 20)
    ours = best_seconds(lambda: [compiled.message_for(reader, CUTOFF) for reader in readers], 2) / len(readers)
    size = len(compiled.message_for(readers[0], CUTOFF))
    return [
        plain("the standard library's message, built and serialised", stock * MICROSECONDS, "µs"),
        plain(f"one reader's message of {size:,} bytes", ours * MICROSECONDS, "µs"),
        plain("that ÷ the standard library's", ours / stock, ""),
    ]


def _edition(stories: int, inline: Callable[[str], str] = inline_css) -> Artifact:
    look = load_template(templates_folder() / "editions" / SLUG)
    contents = compose(SLUG, DAY, NEWSLETTER, [article(number) for number in range(stories)], {})
    if contents is None:
        raise SystemExit("the articles made no edition")
    return render_edition(contents, PUBLICATION, look, inline=inline)


def _kept(pages: list[str], page: str) -> str:
    pages.append(page)
    return inline_css(page)


def _stock(artifact: Artifact) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "h@quay.example", "reader@example.org", "A subject"
    message.set_content(artifact.text, cte="quoted-printable")
    message.add_alternative(artifact.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()
