"""Safeguards: what must hold before an edition goes to readers, beyond being due and sound."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlmodel import Session

from digest.editions.release_store import approved_hash, previous_audience
from digest.errors import DigestError
from digest.settings import NewsletterSettings

USUAL_CHANGE = 0.1
SHORTEST_PREFIX = 12  # of a hash: 48 bits, which nobody hits by accident


class NotApprovedError(DigestError):
    """Nobody approved these bytes, and the newsletter asks for approval; nothing was published or sent."""


class AudienceError(DigestError):
    """The audience is not about as large as it should be; nothing was published or sent."""


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What a newsletter, and whoever sends it, ask for.

    `approval`: an editor named the artifact's hash. `audience_change`: the share by which the audience may differ
    from the previous edition's. `expected`: the number of readers it is held against instead.
    """

    approval: bool = False
    audience_change: float | None = None
    expected: int | None = None

    @classmethod
    def of(cls, newsletter: NewsletterSettings, expected: int | None = None) -> "Safeguards":
        """Return what *newsletter* asks for, and the number of readers that the operator *expected*, if any."""
        return cls(newsletter.approval, newsletter.audience_change, expected)


NO_SAFEGUARDS = Safeguards()


def approval_objection(newsletter: str, local_date: date, built: str, approved: str | None) -> str | None:
    """Return why the artifact with the SHA-256 *built* may not go out, and what to do; None when it is approved."""
    if built == approved:
        return None
    edition = f"{newsletter} --date {local_date}"
    return (
        f"{newsletter} {local_date} is not approved: it is built as {built},"
        f" {f'but {approved} was approved' if approved else 'and nothing was approved yet'};"
        f" look at it with 'digest preview {edition}', then"
        f" 'digest edition approve {edition} --sha256 {built[:SHORTEST_PREFIX]}'"
    )


def audience_objection(audience: int, expected: int | None, previous: int | None, share: float | None) -> str | None:
    """Return why an audience of so many readers is not plausible, or None when it is.

    It may differ by *share* (a tenth where it is None) from the *expected* number; without one by *share* from the
    *previous* edition's, which is not asked where either is None.
    """
    if expected is not None:
        measure, held_against = expected, "were expected"
        allowed = USUAL_CHANGE if share is None else share
    elif previous is not None and share is not None:
        measure, held_against, allowed = previous, "had the previous edition", share
    else:
        return None
    # As it was written: 0.29 of 100 readers are 29, and a float would make them fewer.
    if abs(audience - measure) <= Fraction(str(allowed)) * measure:
        return None
    return (
        f"{audience:,} readers would get it, but {measure:,} {held_against},"
        f" and it may be no more than {100 * allowed:.4g} % from that"
    )


def refuse_unsafe(
    session: Session,
    newsletter: str,
    local_date: date,
    sha256: str,
    audience: int,
    safeguards: Safeguards,
    *,
    is_new: bool = True,
) -> None:
    """Refuse to send the artifact with this *sha256* to so many readers against the *safeguards*.

    To be asked in the transaction that freezes both, and again (*is_new* False) when a delivery goes on: the previous
    edition's audience is not asked then, for what is published was about as large as that.

    Raises:
        NotApprovedError: the artifact is not the one that was approved.
        AudienceError: the audience is not plausible.
    """
    if safeguards.approval:
        objection = approval_objection(newsletter, local_date, sha256, approved_hash(session, newsletter, local_date))
        if objection:
            raise NotApprovedError(objection)
    previous = previous_audience(session, newsletter, local_date) if is_new else None
    objection = audience_objection(audience, safeguards.expected, previous, safeguards.audience_change)
    if objection:
        raise AudienceError(
            f"{newsletter} {local_date} is not sent: {objection}; if it is right, send it with"
            f" --expect-recipients {audience}"
        )
