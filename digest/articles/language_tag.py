"""The language of an article as a tag (BCP 47), such as en or pt-BR."""

import re

from digest.articles.clean_line import clean_line

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def language_tag(text: str) -> str | None:
    """Return the tag that *text* is, with hyphens where some systems write underscores; None if it is none."""
    tag = clean_line(text).replace("_", "-")
    return tag if _TAG.fullmatch(tag) else None
