"""Building: from the stored articles of a window to the artifact that preview shows and send delivers.

Reads, never writes. Preview and send both come through here, so that they can't differ (law 3).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlmodel import Session

from digest.editions.calendar import Calendar
from digest.editions.compose import NO_TEXTS, EditorsTexts, compose, refused
from digest.editions.contents import LeftOut, PlacedStory
from digest.editions.hand import NO_HAND, Hand
from digest.editions.hand_store import editors_hand
from digest.editions.holds import Supply, hold_of
from digest.editions.length import Length, brevity_of, length_of, shortfall_of
from digest.editions.quiet_day import quieted
from digest.editions.store import Previous, previous_edition
from digest.editions.texts_store import editors_texts
from digest.editions.unmet import unmet
from digest.editions.window import Schedule
from digest.gathering import gather
from digest.rendering.artifact import Artifact
from digest.rendering.budget import fit_edition
from digest.rendering.inlining import inline_css
from digest.rendering.publication import Publication
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings import NewsletterSettings, Settings


@dataclass(frozen=True, slots=True)
class BuiltEdition:
    """An edition as it would be published.

    `shortfall` says why it must not be, None when it may; `brevity` why it is no full one, `hold` why a person should
    look at it first, each None when it does not apply; `given_up` what the mail had no room for, "" if nothing.
    `hand` and `texts` are what editors had decided and written when it was made.
    """

    newsletter: str
    schedule: Schedule
    standfirst: str
    stories: tuple[PlacedStory, ...]
    left_out: tuple[LeftOut, ...]
    artifact: Artifact | None
    shortfall: str | None
    given_up: str = ""
    hold: str | None = None
    brevity: str | None = None
    hand: Hand = NO_HAND
    texts: EditorsTexts = NO_TEXTS

    @property
    def unmet(self) -> Mapping[str, str]:
        """Return the editors' decisions that it does not carry out, by URL, and why, in words."""
        return unmet(self.hand, self.stories, self.left_out, self.brevity)


def schedule_of(newsletter: NewsletterSettings, local_date: date, previous: Previous | None) -> Schedule:
    """Return the instants of the edition of *local_date*, after the *previous* one."""
    return Calendar.of(newsletter).schedule_on(local_date, previous.covered_until if previous else None)


def build_edition(
    session: Session,
    settings: Settings,
    slug: str,
    local_date: date,
    *,
    inline: Callable[[str], str] = inline_css,
) -> BuiltEdition:
    """Compose and render the edition of *local_date* from what is stored now."""
    newsletter = settings.newsletters[slug]
    previous = previous_edition(session, slug, local_date)
    schedule = schedule_of(newsletter, local_date, previous)
    calendar, hand = Calendar.of(newsletter), editors_hand(session, slug, local_date)
    texts = editors_texts(session, slug, local_date)
    gathered = gather(session, slug, schedule, previous, calendar, hand.kept, updates=newsletter.updates)
    contents = compose(
        slug,
        local_date,
        newsletter,
        gathered.articles,
        {source.name: source for source in settings.sources},
        texts=texts,
        hand=hand,
        previous_subject=previous.subject if previous else None,
        window=schedule.window,
        late=gathered.late,
        changes=gathered.changes,
        relaxed=settings.site.is_local,
    )
    if contents is None:
        return BuiltEdition(
            newsletter=slug,
            schedule=schedule,
            standfirst="",
            stories=(),
            left_out=(*refused(gathered.articles, hand, relaxed=settings.site.is_local), *gathered.kept_out),
            artifact=None,
            shortfall=shortfall_of(0, newsletter),
            hold=_hold(newsletter, schedule, (), gathered.supply),
            hand=hand,
            texts=texts,
        )
    stories = len(contents.stories)
    quiet = quieted(contents, length_of(stories, newsletter) or Length.FULL)
    fitted = fit_edition(quiet, publication_of(settings, slug), load_template(template_of(newsletter)), inline)
    placed = fitted.contents.placed()
    return BuiltEdition(
        newsletter=slug,
        schedule=schedule,
        standfirst=contents.standfirst,
        stories=placed,
        left_out=(*fitted.contents.left_out, *gathered.kept_out),
        artifact=fitted.artifact,
        shortfall=shortfall_of(stories, newsletter),
        given_up=fitted.given_up,
        hold=_hold(newsletter, schedule, placed, gathered.supply),
        brevity=brevity_of(stories, newsletter),
        hand=hand,
        texts=texts,
    )


def publication_of(settings: Settings, slug: str) -> Publication:
    """Return the standing texts of a newsletter."""
    newsletter, site = settings.newsletters[slug], settings.site
    return Publication(
        slug=slug,
        name=newsletter.name,
        pitch=newsletter.pitch,
        site_name=site.name,
        base_url=site.base_url,
        language=site.language,
        timezone=newsletter.timezone,
        send_time=f"{newsletter.send_at:%H:%M}",
        postal_address=site.postal_address,
        contact=site.contact,
        logo_url=site.logo_url,
        privacy_url=site.privacy_url,
        theme=settings.theme_of(slug),
    )


def template_of(newsletter: NewsletterSettings) -> Path:
    """Return the folder of a newsletter's look: one of ours by its name, or the newsroom's own by its path."""
    own = Path(newsletter.template)
    return own if own.is_absolute() else templates_folder() / "editions" / newsletter.template


def _hold(
    newsletter: NewsletterSettings, schedule: Schedule, stories: Sequence[PlacedStory], supply: Supply
) -> str | None:
    cutoff = schedule.window.end + newsletter.settle
    return hold_of(stories, supply, cutoff, newsletter.stale_after_hours, newsletter.repeat_share)
