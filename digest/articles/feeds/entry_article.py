"""A feed's entry becomes an article: cleaned, dated, and within its outlet's terms."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from html import unescape

from digest.articles.article import Article
from digest.articles.clean_line import clean_line
from digest.articles.defaults import Defaults
from digest.articles.draft import Draft
from digest.articles.feeds.feed import Entry, Feed
from digest.articles.feeds.feed_date import not_after, told_instant
from digest.articles.feeds.lead_image import lead_image
from digest.articles.finishing import LONGEST_HEADLINE, finish
from digest.articles.headline import clean_headline
from digest.articles.language_tag import language_tag
from digest.articles.rejection import RejectedError, Rejection, attempt
from digest.articles.sanitising import plain_text, sanitise, words_of
from digest.articles.summary import cut_at_word, excerpt, summary_of
from digest.settings import SourceSettings

LONGEST_SUMMARY = 600
# Of a feed that is an archive, the first; of a body without end, as much as a long story has.
MOST_ENTRIES = 500
LONGEST_BODY = 100_000
MOST_TAGS = 5_000
LONGEST_LABEL = 200
LONGEST_TITLE = 2_000
# What content systems write where nobody named one.
_NO_SECTIONS = frozenset({"", "uncategorized", "uncategorised", "post", "article"})
# Clocks differ by so much without anybody meaning anything by it.
CLOCK_TOLERANCE = timedelta(minutes=10)
# What content systems put behind a summary.
_FURNITURE = re.compile(
    r"(?:\s*(?:The post .{1,300} (?:appeared first|first appeared) on .{1,200}\.?|\[?(?:Continue reading|Read more"
    r"|Read on|Read the full story|Weiterlesen|Mehr lesen|Lire la suite|Leer más|Continua a leggere)\b.{0,200}"
    r"|\[(?:…|\.\.\.)\]|\[link\]|\[comments\]))+\s*$",
    re.IGNORECASE | re.DOTALL,
)


def articles_of(feed: Feed, outlet: SourceSettings, url: str, now: datetime) -> Iterator[Article | Rejection]:
    """Give each of the first 500 entries of *feed*, found at *url*, as an article of *outlet*, or why it is none.

    `position` is its place in the feed, from 1. *now*, in UTC, stands for a date that lies after it or is not told.
    """
    for position, entry in enumerate(feed.entries[:MOST_ENTRIES], start=1):
        where = f"{outlet.name}, entry {position}" + (f" ({entry.link[:200]})" if entry.link else "")
        yield attempt(where, article_of, entry, feed, outlet, url, now, position)


def article_of(entry: Entry, feed: Feed, outlet: SourceSettings, url: str, now: datetime, position: int) -> Article:
    """Return *entry* as an article, as `articles_of` tells.

    Raises:
        RejectedError: It has no address, or nothing to read.
    """
    address = _address(entry)
    # Only a base that the feed names outranks the story's own address.
    base = entry.base if entry.base != url and entry.base.startswith(("http://", "https://")) else address
    body_html, summary_html = (sanitise(_bounded(html), base=base) for html in (entry.body_html, entry.summary_html))
    summary = _summary(summary_html, has_body=bool(body_html))
    headline = clean_headline(entry.title[:LONGEST_TITLE], (outlet.name, feed.title), summary)
    published, remark = _published(entry, now)
    draft = Draft(
        url=address,
        source=outlet.name,
        headline=cut_at_word(headline, LONGEST_HEADLINE),
        summary=summary,
        body_html=body_html or summary_html,
        byline=_byline(entry.author),
        section=outlet.section or _section(entry.category),
        language=language_tag(entry.language) or language_tag(feed.language),
        published=published,
        image=lead_image(entry.images, f"{summary_html}{body_html}", base) if outlet.images else None,
    )
    article = finish(draft, Defaults(), frozenset({outlet.name} if outlet.own else ()))
    if clean_line(article.summary).casefold().rstrip(" .…") == article.headline.casefold().rstrip(" .…"):
        article = replace(article, summary="")  # it would only be said twice
    return replace(_within_terms(article, outlet), position=position, flagged=remark)


def _address(entry: Entry) -> str:
    # A permalink without a link is one all the same: RSS 2.0 says so of guid, and Atom's id is often one.
    for address in (entry.link, entry.guid):
        if address.startswith(("http://", "https://")):
            return address
    raise RejectedError("it has no address: neither a link nor an identifier that is one")


def _bounded(html: str) -> str:
    """Return as much of *html* as a long story has; the depth of what is open costs a cleaner its square."""
    pieces = html[:LONGEST_BODY].split("<", MOST_TAGS + 1)
    return "<".join(pieces[: MOST_TAGS + 1])


def _published(entry: Entry, now: datetime) -> tuple[datetime, str | None]:
    told = told_instant(entry.dates)
    if told is None:
        said = f"its feed dates it {clean_line(entry.dates[0])[:40]!r}" if entry.dates else "its feed gives no date"
        return now, f"{said}; taken for new when it was first seen"
    return not_after(told, now, CLOCK_TOLERANCE)


def _summary(summary_html: str, *, has_body: bool) -> str:
    """Return the summary that the feed tells; a whole story in its place is cut to its opening."""
    told = words_of(summary_html)
    if not told:
        return ""
    is_story = len(told) > LONGEST_SUMMARY or (not has_body and "\n\n" in told)
    told = told if is_story else _FURNITURE.sub("", told).strip()
    return clean_line(summary_of(told) if is_story else told)


def _section(category: str) -> str | None:
    named = clean_line(unescape(category[:LONGEST_TITLE]))[:LONGEST_LABEL]
    return None if named.casefold() in _NO_SECTIONS else named


def _byline(author: str) -> str | None:
    """Return the name in *author*, which RSS 2.0 writes as an address with the name behind it in brackets."""
    line = clean_line(plain_text(author[:LONGEST_TITLE]))[:LONGEST_LABEL]
    if "@" in line:
        line = parseaddr(line)[0]
    return line if line and "@" not in line else None


def _within_terms(article: Article, outlet: SourceSettings) -> Article:
    """Return *article* with no more words than the licence allows to be shown: what is not kept can't leak."""
    if outlet.excerpt_chars is None:
        return article
    short = len(article.summary) <= outlet.excerpt_chars
    summary = article.summary if short else excerpt(article.summary, outlet.excerpt_chars)
    return replace(article, summary=summary, body_html="")
