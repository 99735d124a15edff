"""The address that is asked: taken apart once, so that what is checked is what is connected to. Pure."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.articles.canonical_url import LONGEST, canonical_url
from digest.articles.rejection import RejectedError
from digest.articles.retrieval.refusal import NotFetchedError

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Where the web is; behind other ports stand other things, which must not hear from us.
PORTS = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True, slots=True)
class Target:
    """A web address: `host` as in the DNS (ASCII; an IPv6 number without brackets), `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "Target":
        """Take *url* apart; its fragment is left out.

        Raises:
            NotFetchedError: It is no address of http or https, names a user, or is too long.
        """
        try:
            parts = urlsplit(url.strip())
            # The canonical form settles host and port, and refuses users.
            origin = urlsplit(canonical_url(f"{parts.scheme}://{parts.netloc}/"))
            path = quote(parts.path or "/", safe="%/:@!$&'()*+,;=~-._")
            query = quote(parts.query, safe="%/:@!$&'()*+,;=~-._?")
        except (RejectedError, ValueError) as error:
            raise NotFetchedError(f"{url[:200]!r} can't be asked: {error}") from error
        if len(url) > LONGEST:
            raise NotFetchedError(f"the address {url[:60]}… has {len(url):,} characters; {LONGEST:,} is the limit")
        port = origin.port or _DEFAULT_PORTS[origin.scheme]
        return cls(origin.scheme, origin.hostname or "", port, f"{path}?{query}" if query else path)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Return host and port as the Host header says them."""
        return self._with_port(self.host)

    def at(self, number: str) -> str:
        """Return the address by the IP address *number* in place of the host."""
        return f"{self.scheme}://{self._with_port(number)}{self.path}"

    def _with_port(self, host: str) -> str:
        bracketed = f"[{host}]" if ":" in host else host
        return bracketed if self.port == _DEFAULT_PORTS[self.scheme] else f"{bracketed}:{self.port}"
