import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_readers import KEYS, LATER, NOW, intake, newcomer
from sqlmodel import delete, select

from subscribers.exporting import export_subscribers, write_rows
from subscribers.name import clean_name
from subscribers.record import find_reader
from subscribers.store import change_standing, subscribe_imported
from subscribers.subscriber import SubscriptionEvent
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.transfer import import_subscribers, read_rows


def enlist(database, *readers, **word):
    with database.writing() as session:
        subscribe_imported(session, [newcomer(*reader) for reader in readers], intake(**word))


def exported(database, *asked, **how):
    written = io.StringIO(newline="")
    write_rows(export_subscribers(database.reading, *asked, **how), written)
    return written.getvalue()


def cells(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def leave(database, address):
    with database.writing() as session:
        number = find_reader(session, address).subscriptions[0].subscription_id
        change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=LATER)


def test_a_reader_is_told_with_their_standing_and_on_whose_word(database):
    enlist(database, ("ada@example.org", "Ada, Countess"))
    assert exported(database) == (
        '"email","name","newsletter","status","since","provenance","confirmed_at","timezone"\r\n'
        f'"ada@example.org","Ada, Countess","daily","active","{NOW.isoformat()}","paper sheets",'
        f'"{NOW.isoformat()}",""\r\n'
    )
    leave(database, "ada@example.org")
    (row,) = cells(exported(database))
    assert (row["status"], row["since"], row["provenance"]) == ("unsubscribed", LATER.isoformat(), "one-click")


def test_all_pages_are_told_and_only_who_was_asked_for(database):
    readers = [(f"reader{number}@example.org",) for number in range(5)]
    enlist(database, *readers)
    leave(database, "reader1@example.org")
    enlist(database, readers[0], newsletter="weekly")
    with database.writing() as session:
        suppress(session, "reader2@example.org", keyring=KEYS, reason="complaint", now=NOW)
    for page_rows in (1, 2, 3, 6, 100):
        told = sorted(row["email"] for row in cells(exported(database, page_rows=page_rows)))
        assert told == ["reader0@example.org", *(email for (email,) in readers)]
    by_status = {
        status: sorted(row["email"] for row in cells(exported(database, "daily", [status], page_rows=2)))
        for status in ("active", "unsubscribed", "suppressed", "paused")
    }
    assert by_status == {
        "active": ["reader0@example.org", "reader3@example.org", "reader4@example.org"],
        "unsubscribed": ["reader1@example.org"],
        "suppressed": ["reader2@example.org"],
        "paused": [],
    }
    assert cells(exported(database, "nowhere")) == []


def test_no_cell_is_a_formula_or_breaks_its_line(database):
    enlist(database, ("=x@example.org", "=1+1"), ("+x@example.org", "@me"), provenance="=a\r\n-b;=c")
    lines = exported(database).splitlines()
    assert len(lines) == 3
    for row in cells("\r\n".join(lines)):
        assert all(cell.startswith("'") for cell in (row["email"], row["name"], row["provenance"]))


def test_what_was_exported_brings_back_the_active_and_nobody_else(database):
    enlist(database, ("ada@example.org", "Ada"), ("bob@example.org", "Bob"), ("eve@example.org", "Eve"))
    leave(database, "bob@example.org")
    with database.writing() as session:
        suppress(session, "eve@example.org", keyring=KEYS, reason="complaint", now=NOW)
    file = exported(database)
    erase_all(database)
    report = import_subscribers(read_rows(file.splitlines(keepends=True), "daily"), database.writing, intake())
    assert (report.added, report.rejected) == (1, 2)
    assert readers(database) == {("ada@example.org", "Ada")}


LOCAL = st.from_regex(r"['=+{}a-c-][a-c'=+-]{0,5}", fullmatch=True)
NAME = (st.text("'=+-@ \ta\"\n,;\xe4\u202e", max_size=6) | st.text(max_size=6)).map(clean_name)


# The database is emptied by each example itself.
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(LOCAL.map(lambda local: f"{local}@example.org"), NAME, min_size=1, max_size=30))
def test_export_and_import_are_the_identity(database, given_readers):
    erase_all(database)
    enlist(database, *given_readers.items())
    before = readers(database)
    file = exported(database)
    erase_all(database)
    report = import_subscribers(read_rows(io.StringIO(file, newline=""), "daily"), database.writing, intake())
    assert report.rejected == 0
    assert readers(database) == before


def readers(database):
    with database.reading() as session:
        return set(session.exec(select(Subscriber.email, Subscriber.name)).all())


def erase_all(database):
    with database.writing() as session:
        for table in (Consent, Subscription, Subscriber):
            session.exec(delete(table))
