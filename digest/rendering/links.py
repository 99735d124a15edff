"""Web addresses as they may stand in a mail: absolute, of the web, in ASCII."""

from urllib.parse import quote, urlsplit, urlunsplit

# Everything printable that RFC 3986 gives a meaning to, or that was already escaped, stays as it is: only
# what could not travel is escaped, so that a link is exactly the article's address.
AS_IT_IS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>')


def web_address(url: str) -> str:
    """Return *url* in ASCII; one that is ASCII already comes back unchanged.

    Raises:
        ValueError: it is not an absolute http or https address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is not an absolute http or https address")
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    return url.strip() if _may_travel(url.strip()) else quote(urlunsplit(parts._replace(netloc=host)), safe=AS_IT_IS)


def contact_address(contact: str) -> str | None:
    """Return the link to a newsroom's contact: a web page, a mailbox, or None where it is neither."""
    try:
        return web_address(contact)
    except ValueError:
        return f"mailto:{contact.strip()}" if "@" in contact and " " not in contact.strip() else None


def _may_travel(url: str) -> bool:
    return all(character in AS_IT_IS for character in url)
