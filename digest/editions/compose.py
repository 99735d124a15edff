"""Composing: from a window's articles to the contents of an edition, by section and time.

An event that several outlets tell is one story. The order is: sources with more weight first, then what more outlets
tell, then the newest. The lead is the first of our own stories that has a
picture, else our first, else the first of all; what the standfirst says of it already is not said again in its
summary, as long as that leaves one. Three follow it; the rest goes to the sections, and what no section takes to
"More headlines" or, from other outlets, to "From around the world".
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from digest.articles.article import Article
from digest.articles.summary import excerpt
from digest.editions.contents import RESERVED_DOMAIN, Contents, LeftOut, Section, Story
from digest.editions.coverage import Covered, covered
from digest.editions.wording import beyond, standfirst_of, subject_of
from digest.settings import NewsletterSettings, SectionRule, SourceSettings
from digest.web_address import objection

SECOND_RANK = 3
LONGEST_SUMMARY = 600
LONGEST_LABEL = 2048
MORE_TITLE = "More headlines"
WORLD_TITLE = "From around the world"
LATE = "stored after the previous edition was out"


@dataclass(frozen=True, slots=True)
class EditorsTexts:
    """What an editor wrote in the place of what composing would say; None leaves it to composing."""

    subject: str | None = None
    standfirst: str | None = None


def compose(
    slug: str,
    local_date: date,
    newsletter: NewsletterSettings,
    articles: Iterable[Article],
    sources: Mapping[str, SourceSettings],
    *,
    texts: EditorsTexts = EditorsTexts(),
    previous_subject: str | None = None,
    late: Collection[str] = (),
    relaxed: bool = False,
) -> Contents | None:
    """Return the edition's contents, or None when there is no article that may stand in it.

    *articles* are those of the window and the *late* ones, which are known by their URLs. *sources* are the
    configured ones by name: their terms cut excerpts and drop pictures. *relaxed* lets links lead to this machine,
    for a trial. The same arguments always give the same contents, in whatever order articles come.
    """
    ordered = sorted(articles, key=lambda article: (*_rank(article, sources), article.url))
    objections = {article.url: _objection(article, relaxed=relaxed) for article in ordered}
    fit = [_presentable(article, relaxed=relaxed) for article in ordered if objections[article.url] is None]
    if not fit:
        return None
    events = sorted(
        covered(fit, lambda article: _rank(article, sources)),
        key=lambda event: (*_rank(event.article, sources, outlets=len(event.also_in)), event.article.url),
    )
    every = [_story(event, sources.get(event.article.source), late) for event in events]
    lead = _lead(every)
    rest = [story for story in every if story.url != lead.url]
    others, over_maximum = rest[: newsletter.max_stories - 1], rest[newsletter.max_stories - 1 :]
    sections, over_limit = _sections(others[SECOND_RANK:], newsletter.sections)
    subject = texts.subject or subject_of(lead.headline, previous_subject, local_date)
    second_rank = others[:SECOND_RANK]
    told = (*second_rank, *(story for section in sections for story in section.stories))
    standfirst = texts.standfirst or standfirst_of(lead, told, subject)
    return Contents(
        newsletter=slug,
        local_date=local_date,
        subject=subject,
        standfirst=standfirst,
        lead=replace(lead, summary=beyond(standfirst, lead.summary)),
        second_rank=tuple(_because(story, "among the first after the lead") for story in second_rank),
        sections=sections,
        left_out=(
            *over_limit,
            *_over_maximum(over_maximum, newsletter.max_stories),
            *(LeftOut(other.url, other.headline, _told_by(event)) for event in events for other in event.others),
            *(LeftOut(article.url, article.headline, why) for article in ordered if (why := objections[article.url])),
        ),
    )


def _rank(article: Article, sources: Mapping[str, SourceSettings], outlets: int = 0) -> tuple[float, ...]:
    source = sources.get(article.source)
    weight = source.weight if source else 1.0
    return (-weight, -outlets, -article.published.timestamp())


def _told_by(event: Covered) -> str:
    return f"{event.article.source} tells the same event: {event.article.headline}"


def _objection(article: Article, *, relaxed: bool) -> str | None:
    """Return why *article* may not stand in a mail, or None: one bad story costs only itself its place (law 10)."""
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


def _story(event: Covered, terms: SourceSettings | None, late: Collection[str]) -> Story:
    article = event.article
    licensed = LONGEST_SUMMARY if terms is None or terms.excerpt_chars is None else terms.excerpt_chars
    summary = article.summary[: 4 * LONGEST_SUMMARY]  # what comes after is never shown, and need not be read
    if len(summary) > licensed:
        summary = excerpt(summary, licensed)
    section = article.section or (terms.section if terms else None) or ""
    return Story(
        url=article.url,
        headline=article.headline,
        summary=summary,
        source=article.source,
        own=article.own,
        section=section,
        published=article.published,
        byline=article.byline,
        image=article.image if terms is None or terms.images else None,
        needs_headline=article.needs_headline,
        also_in=event.also_in,
        reasons=_reasons(event, terms, is_late=article.url in late),
    )


def _reasons(event: Covered, terms: SourceSettings | None, *, is_late: bool) -> tuple[str, ...]:
    article, weight = event.article, terms.weight if terms else 1.0
    also = (f"also told by {', '.join(event.also_in)}",) if event.also_in else ()
    published = f"published {article.published:%Y-%m-%d %H:%M} UTC"
    return (f"{article.source} has weight {weight:g}", *also, published, *((LATE,) if is_late else ()))


def _lead(stories: Sequence[Story]) -> Story:
    wishes: tuple[tuple[str, Callable[[Story], bool]], ...] = (
        ("the first of our own with a picture", lambda story: story.own and _has_picture(story)),
        ("the first of our own", lambda story: story.own),
        ("the first of all", lambda _story: True),
    )
    return next(_because(story, f"lead: {why}") for why, wanted in wishes for story in stories if wanted(story))


def _sections(
    stories: Iterable[Story], rules: Sequence[SectionRule]
) -> tuple[tuple[Section, ...], tuple[LeftOut, ...]]:
    """Return the sections in the newsletter's order, and the stories that a section's limit left out."""
    limits = {rule.title: rule.limit for rule in rules}
    placed: dict[str, list[Story]] = {title: [] for title in (*limits, MORE_TITLE, WORLD_TITLE)}
    left_out = []
    for story in stories:
        title = next((rule.title for rule in rules if rule.takes(story.section)), None)
        title = title or (MORE_TITLE if story.own else WORLD_TITLE)
        if len(placed[title]) < limits.get(title, len(placed[title]) + 1):
            placed[title].append(_because(story, f"in {title}: its section is {story.section or 'not named'}"))
        else:
            left_out.append(LeftOut(story.url, story.headline, f"{title} is full: its limit is {limits[title]}"))
    sections = (Section(title, tuple(there)) for title, there in placed.items() if there)
    return tuple(sections), tuple(left_out)


def _over_maximum(stories: Iterable[Story], maximum: int) -> tuple[LeftOut, ...]:
    why = f"the edition is full: max_stories is {maximum}"
    return tuple(LeftOut(story.url, story.headline, why) for story in stories)


def _has_picture(story: Story) -> bool:
    return story.image is not None


def _because(story: Story, reason: str) -> Story:
    return replace(story, reasons=(reason, *story.reasons))
