"""The places in a rendered edition that differ from reader to reader.

A template writes the sentinel; the message puts the reader's own value there. A sentinel is a whole
absolute URL or address because the inliner rewrites anything else (trap T10), and `.invalid` can never
resolve should one escape (RFC 2606 §2). `lint_message` refuses a message that still holds one (M21).
"""

from digest.editions.contents import RESERVED_DOMAIN

UNSUBSCRIBE_URL = f"https://unsubscribe.{RESERVED_DOMAIN}/"
PREFERENCES_URL = f"https://preferences.{RESERVED_DOMAIN}/"
ADDRESS = f"reader@address.{RESERVED_DOMAIN}"

SENTINELS = (UNSUBSCRIBE_URL, PREFERENCES_URL, ADDRESS)
