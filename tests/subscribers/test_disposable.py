"""Mailboxes for minutes: flagged, held to one limit together, and never told by what an address stands for (S12)."""

import pytest
from sample_readers import intake, newcomer
from sample_sign_ups import limits, register, sign_up
from sqlmodel import col, select

from digest.delivery.reader_story import ReaderStory
from subscribers.disposable import is_disposable
from subscribers.record import find_reader
from subscribers.signup_tables import SystemMail
from subscribers.store import subscribe_imported
from subscribers.web.box import OF_A_ROLE, OF_MINUTES, read_address


@pytest.mark.parametrize(
    ("domain", "is_one"),
    [
        ("mailinator.com", True),
        ("any.thing.mailinator.com", True),
        ("mailinator.com.example.org", False),
        ("gmail.com", False),
        ("example.org", False),
        ("com", False),
    ],
)
def test_a_domain_is_known_by_its_name_or_one_that_it_lies_below(domain, is_one):
    assert is_disposable(domain) is is_one


def test_all_such_domains_share_one_domain_s_limit_s07(database):
    for address in ("a@mailinator.com", "b@guerrillamail.com", "c@example.org"):
        register(database, sign_up(address), bounds=limits(per_domain_hour=1))
    with database.reading() as session:
        due = session.exec(select(SystemMail.due_at).order_by(col(SystemMail.id))).all()
    assert due[1] > due[0] == due[2]


def test_they_are_refused_only_where_the_newsroom_wants_it():
    assert read_address("a@mailinator.com", refuse_disposable=True) == OF_MINUTES
    assert str(read_address("a@mailinator.com", refuse_disposable=False)) == "a@mailinator.com"
    assert read_address("postmaster@example.org", refuse_disposable=True) == OF_A_ROLE


def test_an_operator_sees_the_flag(on_disk):
    with on_disk.writing() as session:
        subscribe_imported(session, [newcomer("a@mailinator.com"), newcomer("b@example.org")], intake())
        flagged, other = find_reader(session, "a@mailinator.com"), find_reader(session, "b@example.org")
    assert (flagged.is_disposable, other.is_disposable) == (True, False)
    assert "a mailbox for minutes, to judge by its domain" in ReaderStory(flagged, None, []).lines("a@mailinator.com")
