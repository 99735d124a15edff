"""Housekeeping: what nobody asks for and must be done all the same, now and then."""

import asyncio
from datetime import datetime

from digest.database import Database
from digest.delivery.system_mail_store import forget_words, words_about_the_erased
from subscribers.address_change import forget_lapsed_wishes
from subscribers.lifecycle_store import resume_due
from subscribers.purging import MOST_AT_ONCE, purge_unconfirmed
from subscribers.tally_store import drop_old_tallies

HOUSEKEEPING_SECONDS = 3600.0


async def keep_house(database: Database, now: datetime) -> None:
    """Let sign-ups lapse that nobody confirmed in time (S07), and pauses end that are over at *now* (UTC).

    What relays said of those who lapsed goes too, and so do addresses that readers wished for in vain, and the tallies
    that no limit looks at any more. In short transactions, in a thread.

    Raises:
        DBAPIError: the database can't be used; what was left undone is done the next time.
    """
    await asyncio.to_thread(_tidy, database, now)
    for tidy_some in (_purge, _forget_words):
        while await asyncio.to_thread(tidy_some, database, now) >= MOST_AT_ONCE:
            pass


def _tidy(database: Database, now: datetime) -> None:
    with database.writing() as session:
        resume_due(session, now)
        drop_old_tallies(session, now)
        forget_lapsed_wishes(session, now)


def _purge(database: Database, now: datetime) -> int:
    with database.writing() as session:
        return purge_unconfirmed(session, now).all


def _forget_words(database: Database, _now: datetime) -> int:
    with database.reading() as session:  # a search through all mails ever sent, which must keep no writer waiting
        mails = words_about_the_erased(session, MOST_AT_ONCE)
    if mails:
        with database.writing() as session:
            forget_words(session, mails)
    return len(mails)
