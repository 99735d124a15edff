"""Invented sign-ups, and a registrar's database work without its thread."""

from dataclasses import replace

from sample_readers import KEYS, NOW

from subscribers.address import EmailAddress
from subscribers.signup import Limits, SignUp
from subscribers.signup_group import Registered, Rules, register_group

ADA = "ada@example.org"
WIDE = Limits(per_ip_hour=10_000, unstamped_per_ip_hour=10_000, per_domain_hour=10_000, mails_per_hour=10_000)
WORDS = "Send me the headlines."
VERSION = "0123456789abcdef"
PAGE = "https://quay.example/story"


def sign_up(address=ADA, *newsletters, ip="192.0.2.7", is_stamped=True, proof=None):
    return SignUp(
        address=EmailAddress.parse(address),
        newsletters=newsletters or ("daily",),
        wording=VERSION,
        wording_text=WORDS,
        ip=ip,
        page=PAGE + "?utm_source=paper#top",
        is_stamped=is_stamped,
        proof=proof,
    )


def limits(**bounds) -> Limits:
    return replace(WIDE, **bounds)


def register(database, *sign_ups, bounds=WIDE, now=NOW) -> Registered:
    with database.writing() as session:
        return register_group(session, sign_ups, Rules(KEYS, bounds), now)
