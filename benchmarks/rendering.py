"""Building an edition and its messages, beside one premailer transform and the standard library's message."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from benchmarks.figures import Figure, plain
from benchmarks.sample import CUTOFF, DAY, PUBLICATION, SLUG, STORIES, article
from benchmarks.stopwatch import best_seconds
from digest.articles.article import Article
from digest.delivery.mailboxes import Mailboxes
from digest.delivery.message import CompiledEdition, Reader, compile_edition
from digest.editions.compose import compose
from digest.rendering.artifact import Artifact
from digest.rendering.budget import fit_edition
from digest.rendering.inlining import inline_css
from digest.rendering.lint import lint_message
from digest.rendering.template import EditionTemplate, load_template
from digest.rendering.template_folder import templates_folder
from digest.settings import NewsletterSettings
from subscribers.tokens import keyring

MOST_STORIES = 60
NEWSLETTER = NewsletterSettings.model_validate(
    {"name": "Daily Headlines", "from": "headlines@quay.example", "timezone": "UTC", "max_stories": MOST_STORIES}
)
READERS = [Reader(number, number, f"reader{number}@example.org", f"Reader {number}") for number in range(1, 1001)]
ROUNDS = 8
MILLISECONDS = 1e3
MICROSECONDS = 1e6


def measure_rendering(tell: Callable[[str], None]) -> list[Figure]:
    """Measure how an edition is made, and a message of it. The look is read once, as a run does."""
    tell("an edition, rendered, inlined and held against the standard; one reader's message ...")
    look = load_template(templates_folder() / "editions" / SLUG)
    pages: list[str] = []
    offered = [article(number) for number in range(MOST_STORIES)]
    artifact = _edition(offered, look, inline=lambda page: _kept(pages, page))
    message = _compiled(artifact).message_for(READERS[0], CUTOFF)
    # In turns, so that a neighbour on this machine disturbs all three alike.
    rounds = [
        (
            best_seconds(lambda: inline_css(pages[0]), 1),
            best_seconds(lambda: _edition(offered, look), 1),
            best_seconds(lambda: lint_message(message), 1),
        )
        for _ in range(ROUNDS)
    ]
    inlining, whole, linting = (min(times) for times in zip(*rounds, strict=True))
    return [
        plain(f"one premailer transform of {MOST_STORIES} stories", inlining * MILLISECONDS, "ms"),
        plain("compose + render + lint ÷ that transform (the aim: 1.5)", (whole + linting) / inlining, ""),
        *_message_figures(_edition([article(number) for number in range(STORIES)], look)),
    ]


def _message_figures(artifact: Artifact) -> list[Figure]:
    compiled = _compiled(artifact)
    stock = best_seconds(lambda: _stock(artifact), 20)
    ours = best_seconds(lambda: [compiled.message_for(reader, CUTOFF) for reader in READERS], 2) / len(READERS)
    size = len(compiled.message_for(READERS[0], CUTOFF))
    return [
        plain("the standard library's message, built and serialised", stock * MICROSECONDS, "µs"),
        plain(f"one reader's message of {size:,} bytes", ours * MICROSECONDS, "µs"),
        plain("that ÷ the standard library's", ours / stock, ""),
    ]


def _compiled(artifact: Artifact) -> CompiledEdition:
    return compile_edition(artifact, DAY, PUBLICATION, Mailboxes("h@quay.example", None, None), keyring(["s" * 32]))


def _edition(offered: list[Article], look: EditionTemplate, inline: Callable[[str], str] = inline_css) -> Artifact:
    contents = compose(SLUG, DAY, NEWSLETTER, offered, {})
    if contents is None:
        raise SystemExit("the articles made no edition")
    return fit_edition(contents, PUBLICATION, look, inline=inline).artifact


def _kept(pages: list[str], page: str) -> str:
    pages.append(page)
    return inline_css(page)


def _stock(artifact: Artifact) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "h@quay.example", "reader@example.org", "A subject"
    message.set_content(artifact.text, cte="quoted-printable")
    message.add_alternative(artifact.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()
