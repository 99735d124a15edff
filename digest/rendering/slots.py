"""The places in a rendered edition that differ from reader to reader.

A template writes the sentinel; the message puts the reader's own value there. A sentinel is a whole
absolute URL or address because the inliner rewrites anything else (trap T10), and `.invalid` can never
resolve should one escape (RFC 2606 §2). `lint_message` refuses a message that still holds one (M21).
"""

UNSUBSCRIBE_URL = "https://unsubscribe.slot.invalid/"
PREFERENCES_URL = "https://preferences.slot.invalid/"
ADDRESS = "reader@address.slot.invalid"

SENTINELS = (UNSUBSCRIBE_URL, PREFERENCES_URL, ADDRESS)
