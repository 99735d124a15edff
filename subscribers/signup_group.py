"""A group of sign-ups in one transaction: what is known is read, all is decided, and what is new is written.

The same statements run whatever is known of the addresses, be it nothing or that they must never be mailed (S06).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from subscribers.allowance import Allowance, Keys, keys_of
from subscribers.known_store import read_known
from subscribers.signup import Answer, Limits, SignUp, decide
from subscribers.signup_writing import Decided, write_decided
from subscribers.tally_store import held_tallies, keep_tallies
from subscribers.tokens import Keyring


@dataclass(frozen=True, slots=True)
class Rules:
    """What sign-ups are held to, and the secrets under which addresses are counted."""

    keyring: Keyring
    limits: Limits


@dataclass(frozen=True, slots=True)
class Registered:
    """What each of a group is told, in its order, and whether a mail was queued for any."""

    answers: tuple[Answer, ...]
    has_asked: bool


def register_group(session: Session, sign_ups: Sequence[SignUp], rules: Rules, now: datetime) -> Registered:
    """Take *sign_ups*, which came in this order, down at *now* (UTC)."""
    pairs = [(sign_up, keys_of(sign_up, rules.keyring)) for sign_up in sign_ups]
    tallies = held_tallies(session, {key for _, keys in pairs for key in keys.all}, now)
    allowance = Allowance(rules.limits, tallies, now)
    answers = tuple(allowance.admit(keys, is_stamped=sign_up.is_stamped) for sign_up, keys in pairs)
    admitted = [pair for pair, answer in zip(pairs, answers, strict=True) if answer is Answer.ACCEPTED]
    decided = _decide_all(session, admitted, allowance, rules.keyring)
    has_asked = write_decided(session, decided, now)
    keep_tallies(session, tallies)
    return Registered(answers, has_asked)


def _decide_all(
    session: Session, admitted: Sequence[tuple[SignUp, Keys]], allowance: Allowance, keyring: Keyring
) -> list[Decided]:
    """Decide of each in turn, so that the second of one address finds what the first led to."""
    hashes = {sign_up.address.key: keyring.address_hash(sign_up.address.key) for sign_up, _ in admitted}
    known = read_known(session, hashes)
    decided = []
    for sign_up, keys in admitted:
        key = sign_up.address.key
        decision = decide(known[key], sign_up.newsletters, allowance.now, partial(allowance.room_for_mail, keys.mail))
        if decision.ask_due_at:
            allowance.count_mail(keys.mail, decision.ask_due_at)
        known[key] = known[key].after(decision)
        decided.append(Decided(sign_up, decision, hashes[key]))
    return decided
