"""The SQL about articles."""

# Lists of names read best as text.
# ruff: noqa: SIM905

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from digest.articles.article import Article, Caption, Image
from digest.articles.canonical_url import other_scheme
from digest.articles.revision import revise
from digest.articles.tables import ArticleRow, FormerHeadline

_URLS_AT_ONCE = 500  # each is a parameter of one statement


class Stored(StrEnum):
    """What storing an article came to."""

    IMPORTED = "imported"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PastHeadline:
    """A headline that an article bore until `replaced_at` (UTC)."""

    headline: str
    replaced_at: datetime


def store_articles(session: Session, articles: Sequence[Article], now: datetime) -> list[Stored]:
    """Store *articles* under their addresses, in their order and in few statements; return what each came to.

    See `revise` for what an update keeps; *now*, in UTC, is when they count as stored.
    One that is stored under http or https is the same under the other. An address that comes twice is stored and
    then updated, as if each had come alone. Some hundred articles at a time are a good measure: every address is a
    parameter of one statement.
    """
    return [stored for run in _without_repeats(articles) for stored in _store_run(session, run, now)]


def articles_between(session: Session, start: datetime, end: datetime) -> list[Article]:
    """Return the articles first published in [*start*, *end*), UTC, by instant and then by address."""
    published = col(ArticleRow.published)
    return _in_order(session, select(ArticleRow).where(published >= start, published < end))


def articles_due(session: Session, start: datetime, end: datetime) -> list[Article]:
    """Return the articles that may first be told in [*start*, *end*), UTC, ordered as above.

    That is when they were published or, where that is later, when their embargo ends.
    """
    return _in_order(session, select(ArticleRow).where(_is_due(start, end)))


def articles_due_late(session: Session, start: datetime, end: datetime, after: datetime) -> list[Article]:
    """Return the articles that are due in [*start*, *end*) but were not known to be at *after*, all UTC, as above.

    They were stored later, or came free later: their embargo was shortened, or their outlet had withdrawn them.
    """
    unknown = or_(col(ArticleRow.stored_at) > after, col(ArticleRow.freed_at) > after)
    return _in_order(session, select(ArticleRow).where(_is_due(start, end), unknown))


def articles_held_back(session: Session, start: datetime, end: datetime) -> list[Article]:
    """Return the articles published in [*start*, *end*), UTC, whose embargo ends no earlier than *end*, as above."""
    published = col(ArticleRow.published)
    held = select(ArticleRow).where(published >= start, published < end, col(ArticleRow.not_before) >= end)
    return _in_order(session, held)


def newest_published(session: Session, until: datetime) -> datetime | None:
    """Return when the newest of the articles that may be read at *until* was published, both UTC; None: there is none.

    One that is withdrawn or still held back is no sign that its source comes in.
    """
    published, not_before = col(ArticleRow.published), col(ArticleRow.not_before)
    is_out = (published <= until, or_(not_before.is_(None), not_before <= until))
    newest = select(published).where(*is_out, col(ArticleRow.withdrawn).is_not(True))
    return session.exec(newest.order_by(published.desc()).limit(1)).first()


def addresses_now(session: Session, urls: Sequence[str]) -> dict[str, str]:
    """Return the addresses under which the articles at *urls* are stored now, where those have become others.

    One that was stored under http is moved when it comes under https.
    """
    stored = {article.url for article, _ in articles_revised(session, [*urls, *map(other_scheme, urls)])}
    return {url: other_scheme(url) for url in urls if url not in stored and other_scheme(url) in stored}


def articles_revised(session: Session, urls: Sequence[str]) -> list[tuple[Article, datetime]]:
    """Return the articles at *urls* with the instant (UTC) of their last change, in the order of their addresses."""
    runs = (urls[first : first + _URLS_AT_ONCE] for first in range(0, len(urls), _URLS_AT_ONCE))
    rows = [row for run in runs for row in session.exec(select(ArticleRow).where(col(ArticleRow.url).in_(run)))]
    return [(_article(row), row.updated_at) for row in sorted(rows, key=lambda row: row.url)]


def articles_stored(session: Session) -> list[Article]:
    """Return every stored article by published instant and then by address."""
    return _in_order(session, select(ArticleRow))


def past_headlines(session: Session, articles: Sequence[Article]) -> dict[str, list[PastHeadline]]:
    """Return the headlines that *articles* bore before, the oldest first, by address; none for most."""
    instants = [article.published for article in articles]
    found: dict[str, list[PastHeadline]] = {article.url: [] for article in articles}
    if instants:
        # By span and not by address: a database takes only so many parameters.
        rows = session.exec(
            select(ArticleRow.url, FormerHeadline)
            .join(FormerHeadline, col(ArticleRow.id) == col(FormerHeadline.article_id))
            .where(col(ArticleRow.published).between(min(instants), max(instants)))
            .order_by(col(FormerHeadline.id))
        )
        for url, row in rows:
            if url in found:
                found[url].append(PastHeadline(row.headline, row.replaced_at))
    return found


def _is_due(start: datetime, end: datetime) -> ColumnElement[bool]:
    # Two ranges, and not one over the later of both columns, so that each can be looked up in an index.
    published, not_before = col(ArticleRow.published), col(ArticleRow.not_before)
    at_once = and_(published >= start, published < end, or_(not_before.is_(None), not_before < end))
    return or_(at_once, and_(published < start, not_before >= start, not_before < end))


def _in_order(session: Session, articles: SelectOfScalar[ArticleRow]) -> list[Article]:
    # Ordered here: databases collate text by their own locales, and an edition must not depend on that.
    return sorted(map(_article, session.exec(articles)), key=lambda article: (article.published, article.url))


def _without_repeats(articles: Sequence[Article]) -> Iterator[list[Article]]:
    run: list[Article] = []
    urls: set[str] = set()
    for article in articles:
        if article.url in urls:
            yield run
            run, urls = [], set()
        run.append(article)
        urls |= {article.url, other_scheme(article.url)}
    if run:
        yield run


def _store_run(session: Session, run: list[Article], now: datetime) -> list[Stored]:
    urls = [article.url for article in run]
    rows = session.exec(select(ArticleRow).where(col(ArticleRow.url).in_([*urls, *map(other_scheme, urls)])))
    known = _under_both_schemes(list(rows))
    fresh = [{**_columns(article), "stored_at": now, "updated_at": now} for article in run if article.url not in known]
    if fresh:
        session.execute(insert(ArticleRow), fresh)
    outcomes = [_update(session, known[a.url], a, now) if a.url in known else Stored.IMPORTED for a in run]
    session.flush()
    return outcomes


def _under_both_schemes(rows: list[ArticleRow]) -> dict[str, ArticleRow]:
    """Return *rows* by their addresses with http and with https; where both are stored, each stands for itself."""
    return {other_scheme(row.url): row for row in rows} | {row.url: row for row in rows}


def _update(session: Session, row: ArticleRow, incoming: Article, now: datetime) -> Stored:
    stored = _article(row)
    revised = revise(stored, incoming)
    if replace(revised, position=stored.position) == stored:
        # A place in a feed changes with every story that comes before it: no news of this one.
        row.position = revised.position
        return Stored.UNCHANGED
    if revised.headline != stored.headline and row.id is not None:
        session.add(FormerHeadline(article_id=row.id, headline=stored.headline, replaced_at=now))
    if _is_freed(stored, revised):
        row.freed_at = now
    for name, value in _columns(revised).items():
        setattr(row, name, value)
    row.updated_at = now
    session.add(row)
    return Stored.UPDATED


def _is_freed(before: Article, after: Article) -> bool:
    is_earlier = bool(before.not_before and after.not_before and after.not_before < before.not_before)
    return is_earlier or (bool(before.withdrawn) and not after.withdrawn)


_SAME_NAMED = (
    "url source own headline needs_headline summary summary_is_derived body_html published "
    "byline handle biography section language position flagged not_before withdrawn"
).split()


def _columns(article: Article) -> dict[str, Any]:
    columns = {name: getattr(article, name) for name in _SAME_NAMED}
    image, caption = article.image, article.caption or Caption("")
    return columns | {
        "image_url": image.url if image else None,
        "image_alt": image.alt if image else "",
        "image_width": image.width if image else None,
        "image_height": image.height if image else None,
        "image_caption": image.caption if image else caption.text,
        "image_credit": image.credit if image else caption.credit,
    }


def _article(row: ArticleRow) -> Article:
    image = caption = None
    if row.image_url is not None:
        image = Image(
            url=row.image_url,
            alt=row.image_alt,
            width=row.image_width,
            height=row.image_height,
            caption=row.image_caption,
            credit=row.image_credit,
        )
    elif row.image_caption:
        caption = Caption(row.image_caption, row.image_credit)
    return Article(**{name: getattr(row, name) for name in _SAME_NAMED}, image=image, caption=caption)
