"""The text of a web page, and the tree it is found in: the only importer of trafilatura."""

import logging
from typing import Any

import trafilatura

# It logs what it does not like about a page; what matters of that is the text it returns, or does not.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def page_tree(page: str) -> Any | None:
    """Return the HTML *page* as an lxml element tree, or None if there is no element in it."""
    return trafilatura.load_html(page)


def extract_html(tree: Any) -> str:
    """Return the article's text in *tree* as HTML, not sanitised; "" if none is found. The tree is used up."""
    found = trafilatura.extract(
        tree, output_format="html", include_comments=False, include_links=True, include_formatting=True
    )
    return str(found or "")
