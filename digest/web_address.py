"""An address on the web, and whether a newsletter may send its readers there (M23)."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_NAME = "localhost"
# Browsers read a host whose last label is a number as an IPv4 address: 127.1 and 0x7f000001 too.
NUMBER_LAST = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.ASCII)

SHORTENERS = frozenset(
    {
        *("bit.ly", "bitly.com", "buff.ly", "cutt.ly", "dlvr.it", "goo.gl", "is.gd", "lnkd.in", "ow.ly"),
        *("rb.gy", "rebrand.ly", "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "trib.al", "v.gd"),
    }
)


def objection(url: str, *, relaxed: bool = False) -> str | None:
    """Return why no reader may be sent to *url*, as a clause such as "its address is not https"; None if all is well.

    With *relaxed*, for a trial, an address of the machine itself is well with http and with a port.
    """
    link = Link.parse(url)
    if link is None:
        return "its address can't be read"
    if any(character.isspace() for character in url):
        return "its address holds white space"
    return None if relaxed and link.is_loopback else link.objection()


@dataclass(frozen=True, slots=True)
class Link:
    """A URL's parts, in lower case; `host` is empty for a relative one, `port` None where none is written."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def parse(cls, url: str) -> "Link | None":
        """Read *url*; None where it can't be read."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        return cls(parts.scheme, parts.hostname or "", port)

    @property
    def origin(self) -> str:
        """Return scheme, host and port as a URL starts with them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port is not None else "")

    @property
    def is_loopback(self) -> bool:
        """Say whether this is a web address of the machine itself."""
        if self.scheme not in ("http", "https"):
            return False
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == LOOPBACK_NAME

    def objection(self) -> str | None:
        """Return why no reader may be sent here, as a clause, or None."""
        if not (self.scheme and self.host):
            return "its address is not absolute"
        if self.scheme != "https":
            return "its address is not https"
        if ":" in self.host or NUMBER_LAST.fullmatch(self.host):
            return "its address names its host by number"
        if self.port is not None:
            return "its address names a port"
        shortened = self.host.removeprefix("www.") in SHORTENERS
        return "its address hides where it leads behind a shortener" if shortened else None
