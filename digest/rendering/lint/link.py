"""An address on the web, as a link or a header names it."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_NAME = "localhost"

SHORTENERS = frozenset(
    {
        *("bit.ly", "bitly.com", "buff.ly", "cutt.ly", "dlvr.it", "goo.gl", "is.gd", "lnkd.in", "ow.ly"),
        *("rb.gy", "rebrand.ly", "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "trib.al", "v.gd"),
    }
)


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
        address = self._ip()
        return address.is_loopback if address else self.host == LOOPBACK_NAME

    def objection(self) -> str | None:
        """Return why no reader may be sent here, as the end of a sentence, or None when all is well (M23)."""
        if not self.host:
            return "is not absolute"
        if self.scheme != "https":
            return "is not https"
        if self._ip():
            return "names its host by number"
        if self.port is not None:
            return "names a port"
        return "hides its target behind a shortener" if self.host.removeprefix("www.") in SHORTENERS else None

    def _ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None
