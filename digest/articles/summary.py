"""The summary and the stop-gap headline, made from a story's own words."""

# A cut headline must not end in a dash of any kind.
# ruff: noqa: RUF001

from digest.articles.sentences import run_on, sentences

SUMMARY_CHARACTERS = 300
HEADLINE_CHARACTERS = 90
# A second sentence joins the first while both are about as long as a good first one alone.
_TWO_SENTENCES = 220
# More of a paragraph than any summary takes; a broken file may be one paragraph of megabytes.
_ENOUGH = 4 * SUMMARY_CHARACTERS


def summary_of(text: str) -> str:
    """Return the first sentence or two of *text*, plain paragraphs one blank line apart; at most 300 characters."""
    found = sentences(_first_paragraph(text))
    first, second = next(found, ""), next(found, "")
    both = run_on(first, second) if second else first
    return cut_at_word(both if len(both) <= _TWO_SENTENCES else first, SUMMARY_CHARACTERS)


def headline_of(text: str) -> str:
    """Return the first sentence of *text* without its full stop, cut at a word to at most 90 characters."""
    first = next(sentences(_first_paragraph(text)), "")
    return cut_at_word(first.removesuffix(".") if not first.endswith("..") else first, HEADLINE_CHARACTERS)


def cut_at_word(text: str, limit: int) -> str:
    """Return *text*, or as many of its whole words as fit in *limit* characters with the "…" that follows them.

    Text without spaces, such as Chinese, or a single long word is cut between characters.
    """
    if len(text) <= limit:
        return text
    room = text[: limit - 1]
    whole = room if text[limit - 1].isspace() else room.rpartition(" ")[0]
    return (whole.rstrip(" ,;:.–—-(“„«") or room) + "…"


def excerpt(summary: str, limit: int) -> str:
    """Return as many whole sentences of *summary* as fit in *limit* characters, else its words up to there."""
    fitting = ""
    for sentence in sentences(summary):
        longer = run_on(fitting, sentence)
        if len(longer) > limit:
            break
        fitting = longer
    return fitting or (cut_at_word(summary, limit) if limit > 1 else "")


def _first_paragraph(text: str) -> str:
    paragraph = next((paragraph for paragraph in text.split("\n\n") if paragraph.strip()), "")
    return " ".join(paragraph[:_ENOUGH].split())
