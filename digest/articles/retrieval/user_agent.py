"""Who we say we are, so that an outlet can ask us why."""

import unicodedata

from digest.settings import SiteSettings


def user_agent(site: SiteSettings, version: str) -> str:
    """Return the User-Agent of *site*'s newsroom: the program, the newsroom, its pages and its address.

    Headers are ASCII: of another script nothing is left, of an accented letter the letter.
    """
    plain = unicodedata.normalize("NFKD", site.name).encode("ascii", "ignore").decode()
    # Brackets and backslashes mean something in a comment (RFC 9110 §5.6.5).
    name = " ".join("".join(" " if sign in "()\\" or not sign.isprintable() else sign for sign in plain).split())
    about = "; ".join(filter(None, (name, f"+{site.base_url}", str(site.contact))))
    return f"headline-digest/{version} ({about})"
