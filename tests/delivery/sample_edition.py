"""An edition made by hand, with a slot wherever readers differ, and readers of every kind."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from hypothesis import strategies as st

from digest.delivery.dkim import Signer
from digest.delivery.mailboxes import Mailboxes
from digest.delivery.message import CompiledEdition, Reader, compile_edition
from digest.rendering import slots
from digest.rendering.artifact import Artifact
from digest.rendering.publication import Publication
from subscribers.address import EmailAddress, InvalidAddressError
from subscribers.tokens import keyring

DAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 6, 0, 4, tzinfo=UTC)
KEYS = keyring(["a secret of the tests, long enough"])
MAILBOXES = Mailboxes("headlines@post.example", "desk@post.example", None)
PUBLICATION = Publication(
    slug="daily-headlines",
    name="Daily Headlines",
    pitch="The day's top stories.",
    site_name="The Harbour Post",
    base_url="https://news.post.example",
    language="en",
    timezone="Europe/Lisbon",
    send_time="06:00",
    postal_address="14 Customs Quay, Port Alder",
    contact="desk@post.example",
)
FOOT = f"You get this at {slots.ADDRESS}.\nLeave: {slots.UNSUBSCRIBE_URL}\nChoose: {slots.PREFERENCES_URL}\n"
HTML_FOOT = (
    f'<p>You get this at {slots.ADDRESS}. <a href="{slots.UNSUBSCRIBE_URL}">Leave</a>'
    f' <a href="{slots.PREFERENCES_URL}">Choose</a></p>'
)
ADA = Reader(7, 11, "ada@reader.example", "Ada Lovelace")

LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,40}(\.[A-Za-z0-9+&'-]{1,12})?", fullmatch=True)
DOMAIN = st.from_regex(r"([a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?\.){1,3}(example|org|de)", fullmatch=True)


def parsed(raw):
    try:
        return EmailAddress.parse(raw)
    except InvalidAddressError:
        return None


ADDRESSES = st.builds("{}@{}".format, LOCAL, DOMAIN).map(parsed).filter(bool).map(str)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
READERS = st.builds(Reader, st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1), ADDRESSES, NAMES)


def artifact(subject: str = "Ferries stay in port", text: str = "", html: str = "") -> Artifact:
    return Artifact(subject, f"<html><body><p>{html}</p>{HTML_FOOT}</body></html>\n", f"{text}\n{FOOT}")


def compiled(
    made: Artifact | None = None,
    publication: Publication = PUBLICATION,
    mailboxes: Mailboxes = MAILBOXES,
    day: date = DAY,
    signers: tuple[Signer, ...] = (),
) -> CompiledEdition:
    return compile_edition(made or artifact(), day, publication, mailboxes, KEYS, signers)


def read(wire: bytes) -> EmailMessage:
    """Read the wire bytes as the standard library does; no part may have a defect (H13)."""
    message = message_from_bytes(wire, policy=default)
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
        assert part.defects == []
    for name in message:
        assert message[name].defects == ()
    return message


def bodies(wire: bytes) -> tuple[str, str]:
    """Give the text and the HTML as a reader's program decodes them, byte for byte."""
    text, html = read(wire).iter_parts()
    return text.get_payload(decode=True).decode(), html.get_payload(decode=True).decode()
