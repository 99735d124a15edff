"""What a stored article becomes when it is imported again."""

from dataclasses import replace

from digest.articles.article import Article
from digest.articles.canonical_url import is_secured


def revise(stored: Article, incoming: Article) -> Article:
    """Return *stored* as *incoming* changes it; equal to *stored* when it brings nothing new.

    What comes from a feed changes no other source's article, or any outlet could rewrite ours; our own feed does.

    The newer words win, and what it does not tell is kept. A written headline is never replaced by one that
    was cut from the first sentence, nor a written summary by one that was made from the body. The published
    instant is the first ever told: the earlier of the two, with the remark that goes with it. The address is the one it
    was stored under, but for http that has become https. What was withdrawn stays so until it is said
    not to be. Revising twice by the same article changes nothing more.
    """
    if incoming.position is not None and incoming.source != stored.source and not incoming.own:
        return stored
    keeps_headline = incoming.needs_headline and not stored.needs_headline
    summary = stored if _keeps_summary(stored, incoming) else incoming
    image = incoming.image or stored.image
    return replace(
        incoming,
        url=incoming.url if is_secured(stored.url, incoming.url) else stored.url,
        headline=stored.headline if keeps_headline else incoming.headline,
        needs_headline=stored.needs_headline and incoming.needs_headline,
        summary=summary.summary,
        summary_is_derived=summary.summary_is_derived,
        body_html=incoming.body_html or stored.body_html,
        published=min(stored.published, incoming.published),
        byline=incoming.byline or stored.byline,
        handle=incoming.handle or stored.handle,
        biography=incoming.biography or stored.biography,
        section=incoming.section or stored.section,
        language=incoming.language or stored.language,
        image=image,
        caption=None if image else incoming.caption or stored.caption,
        position=incoming.position or stored.position,
        not_before=incoming.not_before or stored.not_before,
        withdrawn=stored.withdrawn if incoming.withdrawn is None else incoming.withdrawn,
        flagged=stored.flagged if stored.published <= incoming.published else incoming.flagged,
    )


def _keeps_summary(stored: Article, incoming: Article) -> bool:
    is_written = bool(stored.summary) and not stored.summary_is_derived
    return not incoming.summary or (is_written and incoming.summary_is_derived)
