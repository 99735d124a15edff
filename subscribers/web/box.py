"""The box under an article: its words, what it asks, and what it says of an answer that won't do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subscribers.address import EmailAddress, InvalidAddressError
from subscribers.disposable import is_disposable
from subscribers.form import Form
from subscribers.web.reception import OfferedNewsletter

TITLE = "Sign Up for {}"
LABEL = "Your email address"
BUTTON = "Sign Up Now"
NOTE = "We send you one mail with a button. Only pressing it puts you on the list, and every edition has a way out."
# A person does not see it, so a person leaves it empty (S08).
HONEYPOT = "website"

MISSING = "Type your email address."
MALFORMED = "This is not an address that mail can go to. It should look like name@example.com."
OF_A_ROLE = "This address belongs to a role, not to a reader. Use one of your own."
OF_MINUTES = "This mailbox may be gone in minutes. Use one that you keep."
NOT_CHOSEN = "Choose at least one newsletter."
NOT_OFFERED = "The newsletter that was asked for is not offered here any more."


@dataclass(frozen=True, slots=True)
class Box:
    """A form as a page shows it: the newsletters to choose from, what was typed, and what is wrong with that.

    `stamp` tells later when the form was handed out (S08). `frame` is the newsletter whose box stands in a frame on
    another site's page; empty is a page of our own. `proof` is the proof of work that came with the form (S08).
    """

    newsletters: Mapping[str, OfferedNewsletter]
    stamp: str
    email: str = ""
    chosen: Sequence[str] = ()
    email_error: str = ""
    choice_error: str = ""
    frame: str = ""
    proof: str = ""

    label: str = LABEL
    button: str = BUTTON
    note: str = NOTE

    @property
    def title(self) -> str:
        """Return what the box is for."""
        return title_of(self.newsletters)

    @property
    def is_wrong(self) -> bool:
        """Say whether something in it must be mended first."""
        return bool(self.email_error or self.choice_error)


def title_of(newsletters: Mapping[str, OfferedNewsletter]) -> str:
    """Return the title of a box for *newsletters*: the one's name, or that there are several."""
    names = [newsletter.name for newsletter in newsletters.values()]
    return TITLE.format(names[0] if len(names) == 1 else "our newsletters")


def wording_of(newsletters: Mapping[str, OfferedNewsletter]) -> str:
    """Return the words that whoever chose *newsletters* agreed to, as the box shows them (S13)."""
    told = [f"{newsletter.name}: {newsletter.pitch}".rstrip(": ") for newsletter in newsletters.values()]
    return "\n".join([title_of(newsletters), *told, LABEL, BUTTON, NOTE])


def read_address(text: str, *, refuse_disposable: bool) -> EmailAddress | str:
    """Return the address in *text*, or the sentence that tells a person what is wrong with it (S11, S12)."""
    if not text.strip():
        return MISSING
    try:
        address = EmailAddress.parse(text, of_reader=False)
    except InvalidAddressError:
        return MALFORMED
    if refuse_disposable and is_disposable(address.domain):
        return OF_MINUTES
    try:
        return EmailAddress.parse(str(address))
    except InvalidAddressError:
        return OF_A_ROLE


def read_choice(form: Form, newsletters: Mapping[str, OfferedNewsletter]) -> tuple[str, ...]:
    """Return the slugs chosen in *form* that are offered."""
    return tuple(slug for slug in form.all("newsletter") if slug in newsletters)
