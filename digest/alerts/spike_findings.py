"""Whether unusually many of a newsletter's readers could not be reached, or left. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.alerts.facts import EditionFacts, NewsletterFacts
from digest.alerts.finding import Code, Finding
from digest.editions.edition import EditionStatus

LEAST = 10  # fewer readers than this are no spike, however small the audience
TIMES_USUAL = 3.0
EARLIER = 7  # editions that say what is usual


@dataclass(frozen=True, slots=True)
class Share:
    """So many *of* all."""

    part: int
    of: int

    @property
    def value(self) -> float:
        """Return the share, 0 to 1."""
        return self.part / self.of if self.of else 0.0


def usual_share(earlier: Sequence[Share]) -> float:
    """Return the share that is usual, by all the *earlier* ones together; 0 without any."""
    return Share(sum(share.part for share in earlier), sum(share.of for share in earlier)).value


def is_spike(latest: Share, earlier: Sequence[Share], floor: float) -> bool:
    """Say whether *latest* is `LEAST` readers or more, the share *floor* or more, and three times what is usual."""
    return latest.part >= LEAST and latest.value >= max(floor, TIMES_USUAL * usual_share(earlier))


def spike_findings(slug: str, facts: NewsletterFacts, refused_floor: float, left_floor: float) -> Iterator[Finding]:
    """Give the spikes of the newsletter *slug* in its latest edition."""
    published = sorted((one for one in facts.editions.values() if one.is_published), key=lambda one: one.local_date)
    settled = [one for one in published if one.status is EditionStatus.SENT and one.eligible is not None]
    refused = [Share(one.failed or 0, (one.sent or 0) + (one.failed or 0)) for one in settled]
    left = [Share(facts.left.get(one.local_date, 0), one.eligible or 0) for one in published]
    yield from _spike(Code.REFUSED_SPIKE, slug, settled, refused, refused_floor, "could not be reached")
    yield from _spike(Code.LEFT_SPIKE, slug, published, left, left_floor, "left after it")


def _spike(
    code: Code, slug: str, editions: Sequence[EditionFacts], shares: Sequence[Share], floor: float, said: str
) -> Iterator[Finding]:
    if not editions:
        return
    *earlier, latest = shares[-EARLIER - 1 :]
    if is_spike(latest, earlier, floor):
        subject = f"{slug} of {editions[-1].local_date}"
        words = f"{subject}: {latest.part:,} of {latest.of:,} readers {said}, {latest.value:.1%};"
        usual = f"usual are {usual_share(earlier):.1%}" if earlier else "there is no earlier edition to compare it with"
        yield Finding(code, subject, editions[-1].recorded_at, f"{words} {usual}")
