from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_readers import KEYS, LATER, NOW, intake
from sqlalchemy import event, text
from sqlmodel import select

import subscribers.transfer
from digest.delivery.header_lines import mailbox_field
from subscribers.exporting import export_subscribers
from subscribers.import_store import take_in
from subscribers.staging import StagedRow
from subscribers.store import Newcomer, change_standing
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus, moves_of
from subscribers.suppression_store import suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.transfer import RejectedRow, UnreadableFileError, import_subscribers, read_rows


def rows(text):
    return list(read_rows(text.splitlines(keepends=True)))


@dataclass
class Brought:
    """What an import reported, and the rows that it rejected."""

    report: subscribers.transfer.ImportReport
    rejected: list[RejectedRow]


def bring(database, text, **word):
    rejected = []
    rows = read_rows(text.splitlines(keepends=True), "daily")
    report = import_subscribers(rows, database.writing, intake(**word), on_rejected=rejected.append)
    assert report.rejected == len(rejected)
    return Brought(report, rejected)


def summary(brought):
    report = brought.report
    return report.added, report.unchanged, report.kept_away, [row.line for row in brought.rejected]


def names(read):
    return [row.newcomer.name for row in read]


@pytest.mark.parametrize(
    "text",
    [
        "email,name\nada@example.org,Ada\n",
        "email,name\r\nada@example.org,Ada\r\n",
        "\ufeffemail,name\nada@example.org,Ada",
        'Name, EMAIL ,since\n"Ada",ada@example.org,2020\n',
        'email,name\n\n   \n"ada@example.org","Ada"\n\n',
    ],
)
def test_columns_are_found_by_their_names(text):
    newcomer = rows(text)[0].newcomer
    assert (str(newcomer.address), newcomer.name) == ("ada@example.org", "Ada")


def test_a_name_is_not_needed():
    assert names(rows("email\nada@example.org\n")) == [""]
    assert names(rows("email,name\nada@example.org\n")) == [""]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "ada@example.org\n", "address,name\n", "email;name\n", "e-mail\n", "x" * 200_000, '"email\rx"y\r'],
)
def test_a_file_without_a_header_is_refused_whole(text):
    with pytest.raises(UnreadableFileError, match="first line"):
        list(read_rows([text]))


BROKEN = {
    "an open quote": '"ada@example.org,Ada\n',
    "a quote in the wrong place": '"ada@example.org"x,Ada\n',
    "a NUL": "a\0da@example.org,Ada\n",
    "not UTF-8": b"ada@example.org,Ad\xe4\n".decode(errors="replace"),
    "a line of a megabyte": "x" * 1_000_000 + "\n",
    "a name of a megabyte": "ada@example.org," + "x" * 1_000_000 + "\n",
    "no address": "not an address,Ada\n",
    "an empty address": ",Ada\n",
    "a role": "postmaster@example.org,Ada\n",
    "a second address": '"ada@example.org,eve@example.org",Ada\n',
    "a header": '"ada@example.org\x85Bcc: eve@example.org",Ada\n',
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_row_hurts_only_itself(broken):
    first, rejected, last = read_rows(["email,name\n", "first@example.org,A\n", broken, "last@example.org,B\n"])
    assert (first.line, last.line) == (2, 4)
    assert isinstance(rejected, RejectedRow)
    assert (rejected.line, rejected.text) == (3, broken.removesuffix("\n"))
    assert rejected.reason
    assert len(rejected.reason) < 400
    assert rejected.reason.isprintable()


@given(st.lists(st.text(max_size=30), max_size=10))
def test_every_line_that_is_not_blank_is_read_or_rejected(lines):
    found = list(read_rows(["email,name\n", *lines]))
    assert len(found) == sum(1 for line in lines if line.strip())


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Ada  Lovelace", "Ada Lovelace"),
        ("Ada\rBcc: eve@example.org", "Ada Bcc: eve@example.org"),
        ("Ada\x0b\x1c\x85\u2028\u2029Lovelace", "Ada Lovelace"),
        ("Ada\0", "Ada"),
        ("\u202eadA\u202c", "adA"),
        ("\u2067Ada\u2069", "Ada"),
        ("क्\u200dष", "क्\u200dष"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_one_line_without_what_is_not_seen(raw, clean):
    (row,) = read_rows(["email,name\n", f'ada@example.org,"{raw}"\n'])
    assert row.newcomer.name == clean


@given(st.text(max_size=80))
def test_no_name_in_a_file_can_break_a_header(raw):
    quoted = raw.replace('"', '""')
    for row in read_rows(["email,name\n", f'ada@example.org,"{quoted}"\n']):
        if isinstance(row, RejectedRow):
            continue
        assert not set(row.newcomer.name) & set("\r\n\0\u202a\u202b\u202d\u202e\u2028\u2029")
        field = mailbox_field("To", row.newcomer.name, str(row.newcomer.address))
        assert all(line[:1] in b" \t" for line in field.removesuffix(b"\r\n").split(b"\r\n")[1:])


def test_a_file_is_imported_and_a_second_import_changes_nothing(database):
    text = "email,name\nada@example.org,Ada\nbob@example.org,Bob\n"
    assert summary(bring(database, text)) == (2, 0, 0, [])
    assert summary(bring(database, text, now=LATER)) == (0, 2, 0, [])
    with database.reading() as session:
        assert [consent.at for consent in session.exec(select(Consent))] == [NOW, NOW]


def test_doubles_and_case_variants_in_a_file_are_one_reader(database):
    text = "email,name\nAda@Example.org,Ada\nada@example.org,Second\nADA@EXAMPLE.ORG,Third\n"
    assert summary(bring(database, text)) == (1, 2, 0, [])
    with database.reading() as session:
        assert [(row.email, row.name) for row in session.exec(select(Subscriber))] == [("Ada@example.org", "Ada")]


def test_two_spellings_of_an_international_domain_are_one_reader(database):
    assert summary(bring(database, "email\nada@münchen.example\nada@xn--mnchen-3ya.example\n")) == (1, 1, 0, [])


def test_who_left_stays_away_and_a_suppressed_address_is_rejected(database):
    text = "email\nada@example.org\nbob@example.org\neve@example.org\n"
    bring(database, text)
    with database.writing() as session:
        change_standing(session, 1, SubscriptionEvent.UNSUBSCRIBE, provenance="a link", now=NOW)
        suppress(session, "bob@example.org", keyring=KEYS, reason="complaint", now=NOW)
    again = bring(database, text, now=LATER)
    assert summary(again) == (0, 1, 1, [3])
    assert again.rejected[0].text == "bob@example.org"
    assert again.rejected[0].reason == "bob@example.org must not be mailed: it is suppressed"


def test_a_suppressed_address_that_was_never_a_reader_is_not_even_stored(database):
    with database.writing() as session:
        suppress(session, "bob@example.org", keyring=KEYS, reason="complaint", now=NOW)
    assert summary(bring(database, "email\nBOB@example.org\n")) == (0, 0, 0, [2])
    with database.reading() as session:
        assert list(session.exec(select(Subscriber))) == []


def test_rejected_rows_are_told_in_the_order_of_the_file(database):
    with database.writing() as session:
        suppress(session, "bob@example.org", keyring=KEYS, reason="complaint", now=NOW)
    assert summary(bring(database, "email\nbob@example.org\nbroken\nada@example.org\n")) == (1, 0, 0, [2, 3])


def test_a_long_file_goes_in_batches_and_progress_is_heard(database):
    lines = ["email\n", *(f"reader{number}@example.org\n" for number in range(7))]
    heard = []
    report = import_subscribers(read_rows(lines), database.writing, intake(), heard.append, batch_rows=3)
    assert (report.added, heard) == (7, [3, 6, 7])
    again = import_subscribers(read_rows([*lines, lines[1]]), database.writing, intake(), batch_rows=3)
    assert (again.added, again.unchanged) == (0, 8)


def test_a_file_is_read_no_further_than_it_is_imported(database):
    read = []

    def endless():
        yield "email\n"
        for number in range(1_000_000):
            read.append(number)
            yield f"reader{number}@example.org\n"

    def stop(done):
        if done == 6:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_subscribers(read_rows(endless()), database.writing, intake(), stop, batch_rows=3)
    assert len(read) == 6
    with database.reading() as session:
        assert len(list(session.exec(select(Consent)))) == 6


def test_who_leaves_during_an_import_stays_away(database):
    lines = ["email\n", *(f"reader{number}@example.org\n" for number in (1, 2, 3, 1, 2, 3))]

    def leave(done):
        if done == 3:
            with database.writing() as session:
                change_standing(session, 1, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=LATER)

    report = import_subscribers(read_rows(lines), database.writing, intake(), leave, batch_rows=3)
    assert (report.added, report.unchanged, report.kept_away) == (3, 2, 1)
    with database.reading() as session:
        assert session.get_one(Subscription, 1).status == "unsubscribed"


def test_an_import_leads_where_the_lifecycle_says(database):
    stood = [None, *SubscriptionStatus]
    bring(database, "email\n" + "".join(f"{before}@example.org\n" for before in stood if before))
    with database.writing() as session:
        for row, email in session.exec(select(Subscription, Subscriber.email).join(Subscriber)):
            row.status, row.confirmed_at = email.partition("@")[0], None
    again = bring(database, "email\n" + "".join(f"{before}@example.org\n".lower() for before in stood), now=LATER)
    assert summary(again) == (2, 2, 2, [])
    with database.reading() as session:
        standing = {
            email.partition("@")[0]: row
            for row, email in session.exec(select(Subscription, Subscriber.email).join(Subscriber))
        }
        logged = [each.subscription_id for each in session.exec(select(Consent).where(Consent.at == LATER))]
    for before in stood:
        row, after = standing[str(before).lower()], moves_of(SubscriptionEvent.IMPORT)[before]
        moved = after != before
        assert (row.status, row.changed_at) == (after, LATER if moved else NOW)
        assert row.confirmed_at == (LATER if moved else None)
        assert logged.count(row.id) == moved


def test_two_imports_at_once_neither_trip_nor_wait_in_a_circle(database):
    lines = [f"reader{number:03}@example.org\n" for number in range(120)]
    orders = (lines, lines[::-1], lines[60:] + lines[:60])
    with ThreadPoolExecutor(len(orders)) as pool:
        imports = [
            pool.submit(import_subscribers, read_rows(["email\n", *order]), database.writing, intake(), batch_rows=40)
            for order in orders
        ]
        reports = [each.result(timeout=60) for each in imports]
    assert (sum(each.added for each in reports), sum(each.unchanged for each in reports)) == (120, 240)
    with database.reading() as session:
        assert len(session.exec(select(Subscriber.id)).all()) == 120
        assert len(session.exec(select(Consent.id)).all()) == 120


def test_readers_who_are_known_use_up_no_numbers(database):
    bring(database, "email\n" + "".join(f"reader{number}@example.org\n" for number in range(5)))
    bring(database, "email\n" + "".join(f"reader{number}@example.org\n" for number in range(6)))
    with database.reading() as session:
        assert sorted(session.exec(select(Subscriber.id))) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("status", ["pending", "paused", "unsubscribed", "returning", "suppressed", "Unsubscribed"])
def test_whoever_is_not_active_by_the_file_does_not_come_in(status):
    rejected, active, untold = rows(f"email,status\nada@example.org,{status}\nb@example.org,active\nc@example.org,\n")
    assert rejected.reason == f"by the file this reader is {status.lower()}; only active ones come in"
    assert (active.line, untold.line) == (3, 4)


def test_a_reader_of_another_newsletter_never_agreed_to_this_one():
    text = "email,newsletter\nada@example.org,weekly\nbob@example.org,daily\n"
    rejected, read = read_rows(text.splitlines(keepends=True), "daily")
    assert rejected.reason == "by the file this reader is on 'weekly', not on 'daily'"
    assert read.line == 3


@pytest.mark.parametrize("row", ["'+ada@example.org,'=Ada", "+ada@example.org,=Ada"])
def test_the_apostrophe_that_guards_a_formula_is_taken_off(row):
    (read,) = rows(f"email,name\n{row}\n")
    assert (str(read.newcomer.address), read.newcomer.name) == ("+ada@example.org", "=Ada")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("counted", [True, False])
def test_no_batch_goes_over_all_readers_there_are(database, counted):
    """PostgreSQL would take a pass over a large table for cheaper than thousands of look-ups, and do it every batch."""
    lines = ["email\n", *(f"reader{number}@example.org\n" for number in range(20_000))]
    import_subscribers(read_rows(lines), database.writing, intake())
    with database.writing() as session:
        suppress(session, "nobody@example.org", keyring=KEYS, reason="complaint", now=NOW)
        if counted:
            session.execute(text("ANALYZE"))
    batch = [StagedRow(f"{n}@example.org", n, f"{n}@example.org", KEYS.address_hash(str(n)), "") for n in range(2000)]
    batch += [
        StagedRow(row.newcomer.address.key, 5000 + row.line, str(row.newcomer.address), "", "")
        for row in islice(read_rows(lines), 2000)
    ]
    plans = explained(database, lambda session: take_in(session, batch, intake()))
    assert len(plans) > 8
    assert [plan for plan in plans if "Seq Scan on subscriber" in plan or "Seq Scan on subscription" in plan] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_reader_is_looked_for_among_all_of_a_newsletter_that_postgresql_has_not_counted(database):
    lines = ["email\n", *(f"reader{number}@example.org\n" for number in range(4_000))]
    bring(database, "".join(lines[:300]), newsletter="weekly")
    with database.writing() as session:
        session.execute(text("ANALYZE"))
        session.execute(text("TRUNCATE subscription, consent"))  # it still thinks that all are on the weekly
    import_subscribers(read_rows(lines), database.writing, intake())
    batch = [StagedRow(f"{n}@example.org", n, f"{n}@example.org", KEYS.address_hash(str(n)), "") for n in range(2000)]
    plans = explained(database, lambda session: take_in(session, batch, intake()))
    assert [plan for plan in plans if "Index Cond: ((newsletter" in plan] == []


def explained(database, act):
    """Return PostgreSQL's plan of every statement of *act* that goes beyond the staging table."""
    plans = []

    def explain(connection, _cursor, statement, parameters, _context, many):
        if not many and statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            raw = connection.connection.cursor()
            plans.append("\n".join(line for (line,) in raw.execute(f"EXPLAIN {statement}", parameters)))

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        with database.writing() as session:
            act(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)
    return plans


def test_every_consent_carries_the_word_it_came_on(database):
    bring(database, "email\nada@example.org\n", provenance="paper sheets, spring 2026")
    with database.reading() as session:
        assert [row.provenance for row in session.exec(select(Consent))] == ["paper sheets, spring 2026"]


def zones(database):
    with database.reading() as session:
        return {row.email: row.timezone for row in session.exec(select(Subscriber))}


def test_a_file_brings_the_zones_that_readers_live_in_and_an_export_takes_them_along(database):
    brought = bring(
        database, "email,timezone\nada@example.org,asia/tokyo\nbob@example.org,\ncy@example.org,Mars/Base\n"
    )
    assert [(row.line, row.reason) for row in brought.rejected] == [
        (4, "'Mars/Base' is no time zone; write it as Europe/Lisbon or America/New_York")
    ]
    assert zones(database) == {"ada@example.org": "Asia/Tokyo", "bob@example.org": None}
    bring(database, "email,timezone\nada@example.org,UTC\nbob@example.org,Europe/Lisbon\n")
    assert zones(database) == {"ada@example.org": "Asia/Tokyo", "bob@example.org": "Europe/Lisbon"}
    assert {row.email: row.timezone for row in export_subscribers(database.reading)} == zones(database)


def test_a_header_alone_brings_nobody(database):
    assert summary(bring(database, "email,name\n")) == (0, 0, 0, [])
    assert isinstance(rows("email\nada@example.org\n")[0].newcomer, Newcomer)
