"""What readers do about themselves: another address, their data, and being erased (S16)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from subscribers.address import EmailAddress
from subscribers.address_change import WishAnswer, wish_for
from subscribers.errors import SubscribersError
from subscribers.signup_group import Rules
from subscribers.store import ReaderStandings
from subscribers.suppression_store import SuppressedAddressError
from subscribers.typo import suggestion
from subscribers.web.box import read_address
from subscribers.web.reception import BAD_REQUEST, CONFLICT, NOTHING_WRONG, Reception

TOO_MANY = 429
MOVES_MEANWHILE = 4
SAME = "This is the address that you have already."
DOWNLOAD = {"Content-Disposition": 'attachment; filename="your-data.json"'}


class NotErasedYetError(SubscribersError):
    """A copy for the reader is on its way: they are mailed no more, and are to be erased when it is settled."""


@dataclass(frozen=True, slots=True)
class SelfService:
    """What the pages need for it beyond the reader's standings.

    A wish for another address is held within `rules`; `on_mail` hears that a mail waits. `told` gives all that is
    kept about whose subscription it is, as JSON has it; None once they are erased. `forget` erases the owner of an
    address, by its key; it may take some seconds, and raises NotErasedYetError. With `refuse_disposable` nobody moves
    to a mailbox for minutes (S12).
    """

    rules: Rules
    on_mail: Callable[[], None]
    told: Callable[[int], Mapping[str, Any] | None]
    forget: Callable[[str], None]
    refuse_disposable: bool = False


class OwnAffairs:
    """Answers the buttons of the preferences page that are about the reader and not about a newsletter."""

    def __init__(self, reception: Reception, service: SelfService) -> None:
        self._at = reception
        self._service = service

    def answer(self, number: int, reader: ReaderStandings, fields: Mapping[str, str]) -> Response | None:
        """Return the answer to what was posted; None when it is none of these buttons."""
        match fields.get("act"):
            case "address":
                return self._address_page(reader)
            case "change":
                return self._wish(number, reader, fields)
            case "download":
                return self._download(number)
            case "erase":
                return self._at.page("erase.html", reader=reader)
            case "erase-all":
                return self._erase(number)
        return None

    def _address_page(self, reader: ReaderStandings, status: int = NOTHING_WRONG, **shown: str) -> Response:
        return self._at.page("address.html", status, reader=reader, **{"typed": "", "error": "", "better": ""} | shown)

    def _wish(self, number: int, reader: ReaderStandings, fields: Mapping[str, str]) -> Response:
        typed = fields.get("email", "").strip()
        address = read_address(typed, refuse_disposable=self._service.refuse_disposable)
        if isinstance(address, str):
            return self._address_page(reader, BAD_REQUEST, typed=typed, error=address)
        better = suggestion(address.domain)
        if better and not fields.get("checked"):
            return self._address_page(reader, typed=str(address), better=f"{address.local}@{better}")
        try:
            with self._at.writing() as session:
                answer = wish_for(session, number, address, self._service.rules, self._at.clock())
        except SuppressedAddressError:
            return self._at.page("suppressed.html", CONFLICT)
        return self._wished(reader, address, answer)

    def _wished(self, reader: ReaderStandings, address: EmailAddress, answer: WishAnswer | None) -> Response:
        if answer is None:
            return self._at.page("forgotten.html")
        if answer is WishAnswer.SAME:
            return self._address_page(reader, BAD_REQUEST, typed=str(address), error=SAME)
        if answer is WishAnswer.BUSY:
            return self._at.page("address_busy.html", TOO_MANY, reader=reader)
        self._service.on_mail()
        return self._at.page("address_asked.html", reader=reader, address=address)

    def _download(self, number: int) -> Response:
        told = self._service.told(number)
        if told is None:
            return self._at.page("forgotten.html")
        words = json.dumps(told, ensure_ascii=False, indent=2)
        return Response(words + "\n", media_type="application/json", headers=DOWNLOAD)

    def _erase(self, number: int) -> Response:
        # More than once: the reader may have moved to another address at this very moment.
        for _ in range(MOVES_MEANWHILE):
            reader = self._at.reader(number)
            if reader is None:
                return self._at.page("erased.html")
            try:
                self._service.forget(EmailAddress.parse(reader.address, of_reader=False).key)
            except NotErasedYetError:
                break
        return self._at.page("not_erased_yet.html", CONFLICT)
