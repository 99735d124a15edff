"""Domains that were probably mistyped: a hint for whoever filled in a form, who alone knows better (S12)."""

from difflib import get_close_matches
from functools import lru_cache

# Where most readers have their mailbox. What is one of these is no slip, however near to another it looks.
PROVIDERS = frozenset(
    {
        "aol.com",
        "bluewin.ch",
        "btinternet.com",
        "comcast.net",
        "email.com",
        "fastmail.com",
        "free.fr",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "hotmail.it",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.de",
        "mail.ru",
        "mailbox.org",
        "me.com",
        "msn.com",
        "online.de",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "pm.me",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rocketmail.com",
        "sky.com",
        "t-online.de",
        "tutanota.com",
        "verizon.net",
        "wanadoo.fr",
        "web.de",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yahoo.it",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    }
)
# None of these is a top-level domain. Real ones that look like a slip, as .co, .cm and .ne do, are left alone.
_ENDINGS = {
    "con": "com",
    "cpm": "com",
    "cmo": "com",
    "comm": "com",
    "coom": "com",
    "ocm": "com",
    "vom": "com",
    "xom": "com",
    "nett": "net",
    "nte": "net",
    "ogr": "org",
    "orgg": "org",
}
_SHORTEST = 8  # characters; of a shorter name any change makes another good one
_NEAR = 0.87  # difflib's ratio: one letter wrong, missing, doubled or swapped


@lru_cache(maxsize=4096)  # looking for near ones is a quarter of what taking a sign-up costs
def suggestion(domain: str) -> str | None:
    """Return the domain that *domain* (lower case) was probably meant to be; None when it looks right."""
    if domain in PROVIDERS:
        return None
    name, _, ending = domain.rpartition(".")
    mended = f"{name}.{_ENDINGS[ending]}" if ending in _ENDINGS else domain
    if mended in PROVIDERS:
        return mended
    near = get_close_matches(mended, PROVIDERS, n=1, cutoff=_NEAR) if len(mended) >= _SHORTEST else []
    return near[0] if near else mended if mended != domain else None
