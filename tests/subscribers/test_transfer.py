import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_readers import KEYS, LATER, NOW, intake
from sqlmodel import select

from digest.delivery.header_lines import mailbox_field
from subscribers.store import Newcomer, change_standing, suppress
from subscribers.subscriber import SubscriptionEvent
from subscribers.tables import Consent, Subscriber
from subscribers.transfer import (
    BATCH_ROWS,
    RejectedRow,
    UnreadableFileError,
    import_subscribers,
    read_rows,
)


def rows(text):
    return list(read_rows(text.splitlines(keepends=True)))


def bring(database, text, **word):
    return import_subscribers(read_rows(text.splitlines(keepends=True)), database.writing, intake(**word))


def summary(report):
    return report.added, report.unchanged, report.kept_away, [row.line for row in report.rejected]


def names(read):
    return [newcomer.name for _, newcomer in read]


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
    ((_, newcomer),) = rows(text)
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
    assert (first[0], last[0]) == (2, 4)
    assert isinstance(rejected, RejectedRow)
    assert rejected.line == 3
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
    ((_, newcomer),) = read_rows(["email,name\n", f'ada@example.org,"{raw}"\n'])
    assert newcomer.name == clean


@given(st.text(max_size=80))
def test_no_name_in_a_file_can_break_a_header(raw):
    quoted = raw.replace('"', '""')
    for row in read_rows(["email,name\n", f'ada@example.org,"{quoted}"\n']):
        if isinstance(row, RejectedRow):
            continue
        assert not set(row[1].name) & set("\r\n\0\u202a\u202b\u202d\u202e\u2028\u2029")
        field = mailbox_field("To", row[1].name, str(row[1].address))
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
    report = bring(database, text, now=LATER)
    assert summary(report) == (0, 1, 1, [3])
    assert report.rejected[0].reason == "bob@example.org must not be mailed: it is suppressed"


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
    lines = ["email\n", *(f"reader{number}@example.org\n" for number in range(BATCH_ROWS + 1))]
    heard = []
    report = import_subscribers(read_rows(lines), database.writing, intake(), heard.append)
    assert (report.added, heard) == (BATCH_ROWS + 1, [BATCH_ROWS, BATCH_ROWS + 1])
    again = import_subscribers(read_rows([*lines, lines[1]]), database.writing, intake())
    assert (again.added, again.unchanged) == (0, BATCH_ROWS + 2)


def test_every_consent_carries_the_word_it_came_on(database):
    bring(database, "email\nada@example.org\n", provenance="paper sheets, spring 2026")
    with database.reading() as session:
        assert [row.provenance for row in session.exec(select(Consent))] == ["paper sheets, spring 2026"]


def test_a_header_alone_brings_nobody(database):
    assert summary(bring(database, "email,name\n")) == (0, 0, 0, [])
    assert isinstance(rows("email\nada@example.org\n")[0][1], Newcomer)
