"""The part of the configuration that faces visitors: `[signup]` and `[web]`."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from digest.settings.part import Part
from digest.settings.values import Address, Secret, WebAddress, split_at_commas

DEFAULT_SENDER = "confirm"
LOOPBACK = (IPv4Network("127.0.0.1/32"), IPv6Network("::1/128"))
# Nobody has a certificate for this machine: what is tried out here may be framed by pages on it.
LOCAL_SITES = ("http://127.0.0.1:*", "http://localhost:*")

Limit = Annotated[int, Field(ge=1)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    host = re.fullmatch(r"[\w.-]+|\[[\da-f:]+\]", parts.netloc.lower().removesuffix(f":{parts.port}"))
    # It stands in a header as it is: a sign that means something there must not get in.
    if not host or parts.path.strip("/") or "?" in url or "#" in url:
        raise ValueError(f"{url!r} must be scheme, host and perhaps a port, such as https://www.example.org")
    is_usual = parts.port in (None, {"https": 443, "http": 80}[parts.scheme])
    return f"{parts.scheme}://{host[0]}" + ("" if is_usual else f":{parts.port}")


def _network(text: object) -> object:
    try:
        network = ip_network(text if isinstance(text, str) else str(text))
    except ValueError as error:
        raise ValueError(f"{error}; write an address such as 127.0.0.1 or a network such as 10.0.0.0/8") from None
    if network.prefixlen == 0:
        raise ValueError(f"{network} is everybody: any visitor could then claim any address")
    return network


Origin = Annotated[WebAddress, AfterValidator(_origin)]
Origins = Annotated[tuple[Origin, ...], BeforeValidator(split_at_commas)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]


class SignupSettings(Part):
    """`[signup]`: the mailbox that confirmation mails come from, and how much of signing up is let through.

    `sender` is `from` in the file; in `Settings` it is never empty. `welcome` mails the latest edition to whoever
    confirmed. The limits count in any 60 minutes: posts from one address (of IPv6, one /64), those of them
    without our form's stamp, and mails to one domain and to all; domains of mailboxes for minutes count as one, or are
    not let in at all with `refuse_disposable`. With `proof_of_work` a browser works a second for a form, or is held to
    the limit of forms without a stamp. `embed_origins` may frame the box, anybody on
    https when there are none; pages of `api_origins` may call the API.
    """

    sender: Address = Field(default="", alias="from")
    welcome: bool = False
    per_ip_hour: Limit = 10
    unstamped_per_ip_hour: Limit = 3
    per_domain_hour: Limit = 60
    mails_per_hour: Limit = 1000
    refuse_disposable: bool = False
    proof_of_work: bool = False
    embed_origins: Origins = ()
    api_origins: Origins = ()

    def framers(self, *, is_local: bool) -> str:
        """Return who may frame the box, as the sources of CSP's `frame-ancestors`.

        *is_local* says that links lead to this machine only, so that a page on it may frame the box too.
        """
        return " ".join((*(self.embed_origins or ("https:",)), *(LOCAL_SITES if is_local else ())))


class WebSettings(Part):
    """`[web]`: from which addresses our own proxies connect. What they say of a visitor's address is believed.

    Who knows `metrics_token` may read `/metrics`; None is who is on this machine and came through no proxy.
    """

    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(split_at_commas)] = LOOPBACK
    metrics_token: Secret | None = None
