"""An article in plain text, as copied from a newspaper's page with all that stood around it."""

from digest.articles.author_lines import byline_in, take_signature
from digest.articles.draft import Draft
from digest.articles.furniture import is_author_mark, is_furniture, is_sign_up, is_tail_mark
from digest.articles.paragraphs import paragraphs, paragraphs_html
from digest.articles.photo_captions import take_caption

_LINES_OF_A_HEAD = 6
_HEADLINE_CHARACTERS = 120
_HEADLINE_WORDS = 4


def draft_of_text(text: str) -> Draft:
    """Return the draft that *text* tells: its body apart from caption, byline, handle, biography and furniture.

    Text has no field for a headline: a short first line without a full stop is only offered as one.
    """
    story, biography = _split_tail(paragraphs(text))
    story = [line for line in story if not is_furniture(line)]
    opening_line, byline, story = _take_head(story)
    caption, story = take_caption(story)
    signature, story = take_signature(story, byline)
    return Draft(
        opening_line=opening_line,
        byline=byline,
        body_html=paragraphs_html(story),
        caption=caption,
        handle=signature.handle,
        biography=biography or signature.biography,
    )


def _split_tail(lines: list[str]) -> tuple[list[str], str | None]:
    """Return the story and the biography, cutting where the author's box or the links to other stories begin.

    Only a mark in the second half of the text ends the story: pages show authors above it, too.
    """
    for place, line in enumerate(lines):
        if (is_author_mark(line) or is_tail_mark(line)) and _length(lines[:place]) > _length(lines[place:]):
            return lines[:place], _biography(lines[place:]) if is_author_mark(line) else None
    return lines, None


def _biography(tail: list[str]) -> str | None:
    found: list[str] = []
    for line in tail[1:]:
        if is_sign_up(line) or is_tail_mark(line):
            break
        if not is_furniture(line):
            found.append(line)
    return " ".join(found) or None


def _take_head(lines: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Return the line that reads as a headline, the names of the byline, and the rest."""
    for place, line in enumerate(lines[:_LINES_OF_A_HEAD]):
        if byline := byline_in(line):
            lines = [*lines[:place], *lines[place + 1 :]]
            break
    else:
        byline = None
    if len(lines) > 1 and _reads_as_headline(lines[0]):
        return lines[0], byline, lines[1:]
    return None, byline, lines


def _reads_as_headline(line: str) -> bool:
    is_short = len(line) <= _HEADLINE_CHARACTERS and len(line.split()) >= _HEADLINE_WORDS
    return is_short and line[-1].isalnum()


def _length(lines: list[str]) -> int:
    return sum(map(len, lines))
