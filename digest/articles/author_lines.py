"""Where an author shows in text copied from a page: the byline, the handle, the biography."""

# Typographic marks are what this is about, and word lists read best as text.
# ruff: noqa: RUF001, SIM905

import re
from dataclasses import dataclass

_BYLINE = re.compile(r"by\s+(?P<names>.+?)(?:\s*[|•·]\s*.*|\s+(?:published|updated|posted)\b.*)?", re.IGNORECASE)
_MOST_NAME_WORDS = 12
_SMALL_NAME_WORDS = frozenset("and & de da del der van von bin al el la le di du of the for und y et".split())

_NETWORK = r"(?:Twitter(?:\s*/\s*X)?|X|Instagram|Facebook|Threads|Bluesky|Mastodon|Telegram|TikTok)"
_NAME = r"@(?P<name>\w[\w.-]*\w|\w)(?:@[\w.-]+\w)?"
_HANDLES = [
    re.compile(rf"(?P<before>^|.*[.!?”\"’)|,;]\s*|.*\S+@\S+\s+){pattern}[.\s]*$", re.DOTALL)
    for pattern in (
        rf"(?:(?:on|and|or)\s+)?{_NETWORK}\s*(?:handle)?\s*[:–—-]?\s*{_NAME}",
        rf"(?:Follow|Find|Contact|Reach)\s[^.!?@]{{0,60}}?{_NAME}(?:\son\s{_NETWORK})?",
    )
] + [re.compile(rf"(?P<before>^){_NAME}$")]
_EMAIL = re.compile(r"(?P<before>^|.*[.!?”\"’)|]\s+)(?:E-?mail:?\s*)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+[.\s]*$", re.DOTALL)
_NEAR_THE_END = 4
# A line ends in a few contacts at most, and they are short; searching all of a long one takes time for nothing.
_CONTACTS = 4
_CONTACT_CHARACTERS = 300

_TRADE = re.compile(
    r"\b(?:reporters?|correspondent|editor|writer|journalist|covers|covered|columnist|photographer|producer|"
    r"writes about|reports on|newsroom|bureau)\b"
)
_LIFE = re.compile(r"(?:[A-Z][\w’'.-]+ ){1,4}(?:is|was|has|covers|writes|reports|joined|works|edits)\b")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a story says of its author below its last word; None where it is silent."""

    handle: str | None = None
    biography: str | None = None


def byline_in(line: str) -> str | None:
    """Return the names in *line*, a whole paragraph, if it is a byline such as "By Ana Ruiz | The Herald"."""
    match = _BYLINE.fullmatch(line)
    if not match or line[-1] in ".!?:":
        return None
    words = [word.strip(",") for word in match["names"].split()]
    are_names = all(word and (word[0].isupper() or word in _SMALL_NAME_WORDS) for word in words)
    return match["names"].strip(" ,") if are_names and len(words) <= _MOST_NAME_WORDS else None


def take_signature(lines: list[str], byline: str | None) -> tuple[Signature, list[str]]:
    """Return what the last paragraphs tell of the author, and *lines* without it.

    A biography counts as one only below a handle or when it begins with the name in *byline*: a story may end
    with a paragraph about a reporter.
    """
    for place in range(len(lines) - 1, max(len(lines) - 1 - _NEAR_THE_END, -1), -1):
        handle, text = _without_contact(lines[place])
        if text == lines[place]:
            continue
        below = lines[place + 1 :]
        lives = [line for line in below if _is_life(line)]
        kept = [*lines[:place], *([text] if text else []), *(line for line in below if line not in lives)]
        if not handle:
            return Signature(), kept
        return Signature(handle, " ".join(lives) or None), kept
    if lines and byline and _is_life_of(lines[-1], byline):
        return Signature(biography=lines[-1]), lines[:-1]
    return Signature(), lines


def _without_contact(line: str) -> tuple[str | None, str]:
    """Return the handle at the end of *line* and the rest, also without an email address that stood by it."""
    handle = None
    head, rest = line[:-_CONTACT_CHARACTERS], line[-_CONTACT_CHARACTERS:]
    for _ in range(_CONTACTS):
        match = next((found for pattern in [*_HANDLES, _EMAIL] if (found := pattern.match(rest))), None)
        if not match:
            break
        handle = match.groupdict().get("name") or handle
        rest = match["before"].rstrip(" |,;")
    return handle, head + rest


def _is_life(line: str) -> bool:
    return bool(_LIFE.match(line) and _TRADE.search(line))


def _is_life_of(line: str, byline: str) -> bool:
    return _is_life(line) and line.casefold().startswith(byline.split(maxsplit=1)[0].casefold())
