"""Looking after the canary: has what it was sent come?"""

from datetime import datetime, timedelta

from digest.alerts.canary import Mailbox
from digest.alerts.canary_store import canary_copies, record_receipt
from digest.database import Database
from digest.delivery.message import edition_message_id
from digest.settings import Settings
from subscribers.tokens import keyring

LOOKS_FOR = timedelta(days=1)


def look_for_canary(database: Database, settings: Settings, now: datetime) -> None:
    """Look into the canary's mailbox for what it was sent in the last day, and record what is there.

    Raises:
        CanaryError: the mailbox can't be looked into.
        DBAPIError: the database can't be used.
    """
    address, url = settings.alerts.canary, settings.alerts.canary_url
    if address is None or url is None:
        return
    since = (now - LOOKS_FOR - timedelta(days=1)).date()
    with database.reading() as session:
        copies = canary_copies(session, address, settings.newsletters, since)
    keys, mailbox = keyring(settings.site.all_secrets), Mailbox.of(url.get_secret_value())
    for copy in copies:
        if copy.is_seen or now - copy.sent_at > LOOKS_FOR:
            continue
        sender = settings.newsletters[copy.newsletter].from_
        if mailbox.holds(edition_message_id(keys, copy.newsletter, copy.local_date, copy.subscriber_id, sender)):
            with database.writing() as session:
                record_receipt(session, copy, now)
