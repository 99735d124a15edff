"""What belongs to a newspaper's page and not to the story, told by its words.

Each rule wants more than one sign (an imperative *and* a newsletter, a label *and* nothing else), because a
story may well be about signing up, sharing or advertising.
"""

# Typographic marks are what this is about, and word lists read best as text.
# ruff: noqa: RUF001, SIM905

import re

_BUTTONS = frozenset(
    (
        "sign up|sign up now|sign up today|sign up here|subscribe|subscribe now|subscribe today|join now|submit|log in|"
        "sign in|enter your email|enter your email address|email address|your email|your email address|"
        "advertisement|advertisement continues below|ad|story continues below|story continues below advertisement|"
        "article continues below|article continues below advertisement|article continues after ad|continue reading|"
        "read more|share|share this|share this article|share this story|print|save|save article|copy link|listen|"
        "listen to this article|gift this article|follow us|skip to main content|skip to content|back to top|"
        "view comments|leave a comment|image|photo|enlarge|view gallery|photo gallery"
    ).split("|")
)
_SHARING = frozenset(
    "facebook twitter x email e-mail print share whatsapp linkedin reddit copy link comments save tweet pinterest "
    "telegram bluesky threads flipboard".split()
)
_AUTHOR_MARKS = frozenset(
    "author picture|author photo|author image|author headshot|author avatar|profile picture|profile photo|"
    "about the author|about the authors|about the writer".split("|")
)
_TAILS = frozenset(
    "most read|most popular|trending|trending now|recommended|related|related articles|related stories|related content|"
    "more stories|read next|up next|you may also like|you might also like|comments|latest news|top stories".split("|")
)
_LETTER = r"(newsletters?|headlines|e-?mails?|inbox|news alerts|briefing|digest|updates)"
_SIGN_UP = re.compile(
    rf"(sign up|subscribe|register)\b.*\b{_LETTER}\b|"
    rf"(get|receive|have)\b.*\b(newsletters?|daily e-?mail|inbox|(delivered|sent|straight) to you)\b|"
    r"by (signing up|subscribing|clicking)\b.*\b(agree|accept|consent)\b|"
    r"(you can )?unsubscribe (at )?any ?time\b|this site is protected by recaptcha\b",
    re.IGNORECASE,
)
_LONGEST_BOX = 260
_TELLING = re.compile(r"[“”\"]|\b(said|says|told|asked|according to)\b", re.IGNORECASE)
_DATING = re.compile(
    r"((first )?(published|posted)|(last )?(updated|modified))\b.*\d.*|\d+[ -]min(ute)?s?\.? read", re.IGNORECASE
)
_LONGEST_DATING = 100


def is_furniture(line: str) -> bool:
    """Say whether *line*, a whole paragraph, is a button, a label or a box of the page."""
    label = _label(line)
    is_label = label in _BUTTONS or label in _AUTHOR_MARKS or label in _TAILS
    return is_label or is_sign_up(line) or _is_sharing(label) or _is_dating(line)


def is_sign_up(line: str) -> bool:
    """Say whether *line* is of a box that asks for an email address."""
    return len(line) <= _LONGEST_BOX and bool(_SIGN_UP.match(line)) and not _TELLING.search(line)


def is_author_mark(line: str) -> bool:
    """Say whether *line* is the label of an author's picture or box."""
    return _label(line) in _AUTHOR_MARKS


def is_tail_mark(line: str) -> bool:
    """Say whether *line* heads the links to other stories that end a page."""
    return _label(line) in _TAILS


def _label(line: str) -> str:
    return line.strip(" .:!•|>»→[]()-–—").casefold()


def _is_sharing(label: str) -> bool:
    words = re.split(r"[\s|•·,/]+", label)
    return len(words) > 1 and all(word in _SHARING for word in words)


def _is_dating(line: str) -> bool:
    return len(line) <= _LONGEST_DATING and bool(_DATING.fullmatch(line))
