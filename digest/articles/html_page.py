"""An article in a saved web page: what the page says of it, and its text."""

import re
from typing import Any

from digest.articles.article import MOST_PIXELS, Image
from digest.articles.canonical_url import canonical_url, joined
from digest.articles.clean_line import clean_line
from digest.articles.draft import Draft
from digest.articles.language_tag import language_tag
from digest.articles.page_body import same_words, story_html
from digest.articles.page_head import PageHead, head_of_page
from digest.articles.page_text import extract_html, page_tree
from digest.articles.paragraphs import text_html
from digest.articles.published import first_instant
from digest.articles.rejection import RejectedError
from digest.articles.sanitising import plain_text
from digest.articles.structured_article import StructuredArticle

# Names of meta tags that tell the publication, the most exact first; "date" is often the last change.
_TIMES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "cxenseparse:publishtime",
    "parsely-pub-date",
    "og:published_time",
    "pubdate",
    "publishdate",
    "publish-date",
    "dcterms.created",
    "date",
)
_AUTHORS = ("author", "article:author_name", "article:author", "og:article:author", "parsely-author", "dc.creator")
# A description that a content system cut says less than the story's own first sentence.
_CUT = re.compile(r"(\.\.\.|…|\[…\])$")
# Between a headline and the outlet's name in <title> and og:title.
_NAME_AT_THE_END = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}$")  # noqa: RUF001  (dashes are what pages use)
# Stands for the outlet's own host while that is not known.
_SOME_PAGE = "https://page.invalid/"


def draft_of_page(page: str) -> Draft:
    """Return the draft that the HTML *page* tells.

    Structured data (schema.org NewsArticle) is believed first, then OpenGraph, then other meta tags; the text is
    extracted from the page itself. A time without a zone is taken as UTC only if the page has none with one.

    Raises:
        RejectedError: There is neither a headline nor a text in it.
    """
    tree = page_tree(page)
    head = head_of_page(tree) if tree is not None else PageHead()
    article = StructuredArticle(head.structured)
    headline = _headline(head, article)
    extracted = (extract_html(tree) if tree is not None else "") or text_html(plain_text(article.text("articleBody")))
    body_html = story_html(extracted, headline)
    if not headline and not body_html:
        raise RejectedError("no article found on the page")
    url = _url(head, article)
    return Draft(
        url=url,
        source=_source(head, article),
        headline=headline,
        summary=_summary(head, article, headline or ""),
        body_html=body_html,
        byline=", ".join(_authors(head, article)) or None,
        section=_words(article.text("articleSection") or head.first("article:section", "og:article:section")),
        language=_language(head, article),
        published=first_instant(_times(head, article)),
        image=_image(head, article, url),
    )


def _words(html: str | None) -> str | None:
    # Pages put entities and even tags where schema.org and OpenGraph ask for text.
    return clean_line(plain_text(html or "")) or None


def _source(head: PageHead, article: StructuredArticle) -> str | None:
    """Return the shorter of the two names that pages give their outlet: the longer one has a legal form or a domain."""
    told = map(_words, (*article.names("publisher")[:1], head.first("og:site_name")))
    return min((name for name in told if name), key=len, default=None)


def _url(head: PageHead, article: StructuredArticle) -> str | None:
    """Return the first address that is one and names more than the front page, which some systems call canonical.

    A relative one is completed by the first that is not.
    """
    told = [head.canonical, head.first("og:url"), *article.addresses("url", "mainEntityOfPage")]
    # Without a slash it is no address at all: some systems write "true" there.
    candidates = [joined(candidate) for candidate in told if candidate and "/" in candidate]
    base = next(filter(_is_address, candidates), "")
    usable = list(filter(_is_address, (joined(candidate, base) for candidate in candidates)))
    return next((url for url in usable if not re.fullmatch(r"https?://[^/]+/?", url)), None) or next(iter(usable), None)


def _is_address(candidate: str) -> bool:
    try:
        return bool(canonical_url(candidate))
    except RejectedError:
        return False


def _headline(head: PageHead, article: StructuredArticle) -> str | None:
    told = _words(article.text("headline", "name"))
    if told:
        return told
    shared = _words(head.first("og:title", "twitter:title")) or _words(head.title) or ""
    printed = next((words for heading in head.headings if (words := _words(heading)) and _alike(words, shared)), None)
    return printed or _NAME_AT_THE_END.sub("", shared) or None


def _alike(one: str, other: str) -> bool:
    """Say whether most words of the shorter of two headlines are in the other."""
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return 2 * len(words & others) > min(len(words), len(others))


def _summary(head: PageHead, article: StructuredArticle, headline: str) -> str | None:
    told = [article.text("description"), *map(head.first, ("og:description", "description", "twitter:description"))]
    found = (words for words in map(_words, told) if words and not _CUT.search(words))
    return next((words for words in found if not same_words(words, headline)), None)


def _authors(head: PageHead, article: StructuredArticle) -> list[str]:
    told = article.names("author", "creator") or [name for kind in _AUTHORS for name in head.meta.get(kind, ())[:1]]
    cleaned = [re.sub(r"^by\s+", "", words, flags=re.IGNORECASE) for name in told if (words := _words(name))]
    named = [name for name in cleaned if "://" not in name]
    return list(dict.fromkeys(named)) if article.names("author", "creator") else named[:1]


def _times(head: PageHead, article: StructuredArticle) -> list[str]:
    told = [article.text("datePublished"), article.text("dateCreated")]
    return [*told, *(time for name in _TIMES for time in head.meta.get(name, ())), *head.times]


def _language(head: PageHead, article: StructuredArticle) -> str | None:
    told = (head.language, article.text("inLanguage"), head.first("language", "dc.language", "og:locale"))
    return next((tag for text in told if (tag := language_tag(text or ""))), None)


def _image(head: PageHead, article: StructuredArticle, page: str | None) -> Image | None:
    """Return the picture; of a page that does not know its address, "/…" is completed by whoever gives it one."""
    told = article.image()
    url = told.get("url") or head.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image") or ""
    url = joined(url, page or "")
    if not _is_address(url) and not (url.startswith("/") and _is_address(joined(url, _SOME_PAGE))):
        return None
    from_head = not told
    width = head.first("og:image:width") if from_head else told.get("width")
    height = head.first("og:image:height") if from_head else told.get("height")
    return Image(
        url=url,
        alt=_words(head.first("og:image:alt", "twitter:image:alt")) or "",
        width=_pixels(width),
        height=_pixels(height),
        caption=_text(told, "caption") or _text(told, "description"),
        credit=_text(told, "creditText") or _text(told, "copyrightHolder") or _text(told, "author"),
    )


def _text(node: dict[str, Any], name: str) -> str:
    value = node.get(name)
    if isinstance(value, dict):
        value = value.get("name")
    return _words(value) or "" if isinstance(value, str) else ""


def _pixels(value: Any) -> int | None:
    digits = re.fullmatch(r"(\d{1,6})(\.0+)?(px)?", str(value).strip())
    return int(digits[1]) if digits and 0 < int(digits[1]) <= MOST_PIXELS else None
