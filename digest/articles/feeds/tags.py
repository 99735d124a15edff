"""Tags with attributes without end, which cost every parser of XML the square of their number."""

import re

from digest.articles.rejection import RejectedError

MOST_ATTRIBUTES = 500
# A tag up to its end or to the next, its attributes' values whole: no alternative goes beyond a "<", so time is linear.
_TAG = re.compile(r"""<[A-Za-z_:](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+""")
_VALUE = re.compile(r"=\s*[\"']")
_SHORTEST = len('a=""') * MOST_ATTRIBUTES


def refuse_endless_tags(text: str) -> None:
    """Check that no tag of the XML *text* has more than 500 attributes.

    Raises:
        RejectedError: One has.
    """
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _SHORTEST and len(_VALUE.findall(tag[0])) > MOST_ATTRIBUTES:
            raise RejectedError(f"one of its tags has more than {MOST_ATTRIBUTES} attributes; such feeds are not read")
