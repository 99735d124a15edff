"""Composing: from a window's articles to the contents of an edition.

An event that several outlets tell is one story. Stories are ranked by their score, and the selection gives them their
places. What the standfirst says of the lead already is not said again in its summary, as long as that leaves one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from digest.articles.article import Article
from digest.articles.summary import excerpt
from digest.editions.calendar import Calendar
from digest.editions.changes import Change
from digest.editions.contents import RESERVED_DOMAIN, Contents, LeftOut, Sponsor, Story
from digest.editions.coverage import Covered, covered
from digest.editions.hand import NO_HAND, Hand
from digest.editions.ranking import score_of, section_of
from digest.editions.repeats import words_told
from digest.editions.score import Score
from digest.editions.selection import because, select
from digest.editions.window import Window
from digest.editions.wording import beyond, standfirst_of, subject_of
from digest.settings import NewsletterSettings, SourceSettings
from digest.web_address import objection

LONGEST_SUMMARY = 600
LONGEST_LABEL = 2048
WITHDRAWN = "its outlet has withdrawn it"
LATE = "it came, or came free, after the previous edition was out"


@dataclass(frozen=True, slots=True)
class EditorsTexts:
    """What an editor wrote in the place of what composing would say; None leaves it so.

    `note` is a word to readers, and `corrections` put right what earlier editions said, in their order.
    """

    subject: str | None = None
    standfirst: str | None = None
    note: str | None = None
    corrections: tuple[str, ...] = ()


NO_TEXTS = EditorsTexts()


def compose(
    slug: str,
    local_date: date,
    newsletter: NewsletterSettings,
    articles: Iterable[Article],
    sources: Mapping[str, SourceSettings],
    *,
    texts: EditorsTexts = NO_TEXTS,
    hand: Hand = NO_HAND,
    previous_subject: str | None = None,
    window: Window | None = None,
    late: Collection[str] = (),
    changes: Mapping[str, Change] = MappingProxyType({}),
    relaxed: bool = False,
) -> Contents | None:
    """Return the edition's contents, or None when there is no article that may stand in it.

    *articles* are those of the *window* (by default that of a first edition) and the *late* ones, which are known by
    their URLs. *sources* are the configured ones by name: their terms cut excerpts and drop pictures. *texts* and
    *hand* are what an editor decided. *changes* are what is new, by URL, in stories that readers have had. *relaxed*
    lets links lead to this machine, for a trial. The same arguments always give the same contents, in whatever order
    articles come.
    """
    span = window or Calendar.of(newsletter).schedule_on(local_date, None).window

    def score(event: Covered) -> Score:
        article = event.article
        return score_of(event, newsletter, sources.get(article.source), span, changes.get(article.url))

    ordered = _newest_first(articles)
    out = refused(ordered, hand, relaxed=relaxed)
    unfit = {left.url for left in out}
    fit = [_presentable(article, relaxed=relaxed) for article in ordered if article.url not in unfit]
    if not fit:
        return None
    events = covered(fit, lambda article: _order(article, score(Covered(article))), hand.kept)
    whole = [_story(event, score(event), sources.get(event.article.source), late) for event in events]
    told = [_by_hand(_with_change(story, changes.get(story.url)), hand) for story in whole]
    page = select(sorted(told, key=lambda story: _order(story, story.score)), newsletter, hand)
    subject = texts.subject or subject_of(page.lead.headline, previous_subject, local_date)
    others = (*page.second_rank, *(story for section in page.sections for story in section.stories))
    standfirst = texts.standfirst or standfirst_of(page.lead, others, subject)
    return Contents(
        newsletter=slug,
        local_date=local_date,
        subject=subject,
        standfirst=standfirst,
        note=texts.note or "",
        corrections=texts.corrections,
        sponsor=_sponsor_on(local_date, newsletter),
        lead=replace(page.lead, summary=beyond(standfirst, page.lead.summary)),
        second_rank=page.second_rank,
        sections=page.sections,
        left_out=(
            *page.left_out,
            *(LeftOut(other.url, other.headline, _told_by(event)) for event in events for other in event.others),
            *out,
        ),
    )


def refused(articles: Iterable[Article], hand: Hand = NO_HAND, *, relaxed: bool = False) -> tuple[LeftOut, ...]:
    """Return those of *articles* that may not stand in an edition whatever else there is, the newest first, and why."""
    ordered = _newest_first(articles)
    found = {article.url: _dropped(article, hand) or _objection(article, relaxed=relaxed) for article in ordered}
    for same in _of_one_headline(article for article in ordered if found[article.url] is None):
        told: dict[tuple[str, ...], str] = {}
        for article in sorted(same, key=lambda one: (one.url not in hand.kept, one.published, one.url)):
            first = told.setdefault(words_told(article.source, article.headline, article.summary), article.url)
            if first != article.url and article.url not in hand.kept:
                found[article.url] = f"{first} says the same"
    return tuple(LeftOut(article.url, article.headline, why) for article in ordered if (why := found[article.url]))


def _of_one_headline(articles: Iterable[Article]) -> list[list[Article]]:
    """Return those of *articles* that have one headline and one outlet: only they can say the same, and few do."""
    groups: dict[tuple[str, str], list[Article]] = {}
    for article in articles:
        groups.setdefault((article.source, article.headline.casefold()), []).append(article)
    return [group for group in groups.values() if len(group) > 1]


def _newest_first(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: (article.published, article.url), reverse=True)


def _sponsor_on(local_date: date, newsletter: NewsletterSettings) -> Sponsor | None:
    """Return who pays for the edition of *local_date*; mostly nobody does."""
    found = (rule for rule in newsletter.sponsors if rule.first_day <= local_date <= rule.last_day)
    return next((Sponsor(rule.name, rule.text, rule.url) for rule in found), None)


def _order(told: Article | Story, score: Score) -> tuple[float, float, str]:
    """Return what puts stories in their order: the most points first, then the newest, then by address."""
    return (-score.total, -told.published.timestamp(), told.url)


def _told_by(event: Covered) -> str:
    return f"{event.article.source} tells the same event: {event.article.headline}"


def _dropped(article: Article, hand: Hand) -> str | None:
    return str(hand.on(article.url)) if hand.drops(article.url) else None


def _by_hand(story: Story, hand: Hand) -> Story:
    """Return *story* with what an editor decided about it as the first reason for its place."""
    override = hand.on(story.url)
    return because(story, str(override)) if override else story


def _objection(article: Article, *, relaxed: bool) -> str | None:
    """Return why *article* may not stand in a mail, or None: one bad story costs only itself its place (law 10)."""
    if article.withdrawn:
        return WITHDRAWN
    image = article.image
    pictured = (image.url, image.alt, image.caption, image.credit) if image else ()
    labels = (article.source, article.section or "", article.byline or "")
    if any(RESERVED_DOMAIN in text.casefold() for text in (*labels, *pictured, article.headline, article.summary)):
        return f"it says {RESERVED_DOMAIN}, which stands for each reader's own address and links"
    if any(len(text) > LONGEST_LABEL for text in (*labels, *pictured)):
        return f"its source, section, byline or picture's text is longer than {LONGEST_LABEL} characters"
    if RESERVED_DOMAIN in article.url.casefold():
        return f"its address leads to {RESERVED_DOMAIN}"
    return objection(article.url, relaxed=relaxed)


def _presentable(article: Article, *, relaxed: bool) -> Article:
    """Return *article*, without its picture where that stands at an address that may not stand in a mail.

    One such address would keep the whole edition from leaving (M23); it costs only itself its place (law 10).
    """
    image = article.image
    return replace(article, image=None) if image and objection(image.url, relaxed=relaxed) else article


def _story(event: Covered, score: Score, terms: SourceSettings | None, late: Collection[str]) -> Story:
    article = event.article
    licensed = LONGEST_SUMMARY if terms is None or terms.excerpt_chars is None else terms.excerpt_chars
    summary = article.summary[: 4 * LONGEST_SUMMARY]  # what comes after is never shown, and need not be read
    if len(summary) > licensed:
        summary = excerpt(summary, licensed)
    return Story(
        url=article.url,
        headline=article.headline,
        summary=summary,
        source=article.source,
        own=article.own,
        section=section_of(article, terms),
        published=article.published,
        byline=article.byline,
        image=article.image if terms is None or terms.images else None,
        needs_headline=article.needs_headline,
        also_in=event.also_in,
        reasons=(*score.reasons, *((LATE,) if article.url in late else ()), *filter(None, (article.flagged,))),
        score=score,
        told=article.summary[: 4 * LONGEST_SUMMARY],
    )


def _with_change(story: Story, change: Change | None) -> Story:
    """Return *story* as one that readers have had: with what is new in the place of what they know."""
    if change is None:
        return story
    reason = f"updated since readers had it on {change.since}" + (f"; new is: {change.news}" if change.news else "")
    return replace(story, updated=True, summary=change.news or story.summary, reasons=(*story.reasons, reason))
