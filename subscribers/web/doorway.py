"""Where sign-ups come in, whichever form they were typed into."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from fastapi import Request

from subscribers.address import EmailAddress
from subscribers.client_address import client_ip
from subscribers.consent_store import version_of
from subscribers.proof import ProofOfWork
from subscribers.registrar import Registrar
from subscribers.signup import Answer, SignUp
from subscribers.stamp import age_of, stamp
from subscribers.tokens import Keyring
from subscribers.web.box import read_address, wording_of
from subscribers.web.reception import OfferedNewsletter
from subscribers.web.source_page import source_page

# S08: quicker is no person, and later the page was kept.
YOUNGEST, OLDEST = timedelta(seconds=2), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Doorway:
    """What every form has at hand.

    `newsletters` go by their slug. `clock` gives the time in UTC. `trusted_proxies` are the networks whose word on a
    visitor's address is believed. `home` is the address of the first page, without a slash at its end. With
    `refuse_disposable` mailboxes for minutes are not let in (S12). With `proof_of_work` a form counts as stamped only
    when its browser has done some work, and so does a call of the API (S08).
    """

    registrar: Registrar
    keyring: Keyring
    newsletters: Mapping[str, OfferedNewsletter]
    clock: Callable[[], datetime]
    trusted_proxies: Sequence[IPv4Network | IPv6Network]
    home: str
    refuse_disposable: bool = False
    proof_of_work: ProofOfWork | None = None

    def read_address(self, text: str) -> EmailAddress | str:
        """Return the address in *text*, or the sentence that tells a person what is wrong with it."""
        return read_address(text, refuse_disposable=self.refuse_disposable)

    def stamp(self) -> str:
        """Return the stamp of a form that is handed out now."""
        return stamp(self.keyring, self.clock())

    def is_fresh(self, text: str) -> bool:
        """Say whether *text* is the stamp of a form that a person would have filled in meanwhile (S08)."""
        age = age_of(text, self.keyring, self.clock())
        return age is not None and YOUNGEST <= age <= OLDEST

    async def register(
        self,
        request: Request,
        address: EmailAddress,
        slugs: Sequence[str],
        *,
        stamp: str | None,
        proof: str,
        page: str | None,
        timezone: str | None = None,
    ) -> Answer:
        """Take down that *address* is to get the newsletters *slugs*.

        *stamp* is the form's; None for a program, which has none. *page* is where the form stood, if it is ours;
        *timezone* the IANA zone that the reader is said to live in.
        """
        proven = self.proof_of_work.read(proof, self.clock()) if self.proof_of_work else None
        is_fresh = stamp is None or self.is_fresh(stamp)
        needs_proof = self.proof_of_work is not None or stamp is None
        words = wording_of({slug: self.newsletters[slug] for slug in slugs})
        headers = request.headers
        sign_up = SignUp(
            address=address,
            newsletters=tuple(slugs),
            wording=version_of(words),
            wording_text=words,
            ip=client_ip(
                request.client.host if request.client else None,
                headers.getlist("x-forwarded-for"),
                self.trusted_proxies,
            ),
            page=(page if is_fresh else None) or source_page(headers.get("referer", ""), headers.get("origin", "")),
            is_stamped=is_fresh and (proven is not None or not needs_proof),
            proof=proven,
            timezone=timezone,
        )
        return await asyncio.wrap_future(self.registrar.register(sign_up))
