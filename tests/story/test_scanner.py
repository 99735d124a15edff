"""A mail scanner that follows every link of every mail, ten times over, signs nobody up and throws nobody out (S01)."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from at_work import AtWork, Rows, wait_for
from newsroom import NEWSLETTER
from raw_http import FORM, ask

from digest.demo.opened import OpenedMail

ASKED, READER = "asked@example.org", "reader1@example.org"
AGAIN = 10


@pytest.fixture(scope="module")
def links(newsroom: AtWork) -> set[str]:
    """Every link to us in a confirmation mail and in an edition, both delivered and written down."""
    form = f"email={ASKED}&newsletter={NEWSLETTER}".encode()
    assert ask("POST", f"{newsroom.base}/subscribe", form, FORM).status == 200
    newsroom.send(day=0, first=1)
    found = [links_in(newsroom.mail(address), newsroom.base) for address in (ASKED, READER)]
    wait_for(lambda: at_rest(newsroom.every_row()), "all mails to be written down as sent")
    return set().union(*found)


def test_getting_every_link_of_every_mail_ten_times_changes_no_row(newsroom: AtWork, links: set[str]) -> None:
    before = newsroom.every_row()
    statuses = {
        (method, link, ask(method, link).status) for _ in range(AGAIN) for link in links for method in ("GET", "HEAD")
    }
    assert statuses == {(method, link, 200) for link in links for method in ("GET", "HEAD")}
    assert newsroom.every_row() == before
    assert [newsroom.standings(one) for one in (ASKED, READER)] == [{NEWSLETTER: "pending"}, {NEWSLETTER: "active"}]


def test_those_links_are_the_ones_that_can_do_something(newsroom: AtWork, links: set[str]) -> None:
    kinds = {urlsplit(link).path.split("/")[1] for link in links}
    assert kinds >= {"confirm", "not-me", "u", "preferences"}
    assert all(link.startswith(f"{newsroom.base}/") or link == newsroom.base for link in links)


def links_in(mail: OpenedMail, base: str) -> set[str]:
    told = (unescape(mail.html), mail.text, *(value for _, value in mail.headers))
    return {link.rstrip(".") for text in told for link in re.findall(rf"{base}[^\s\"'<>)]*", text)}


def at_rest(rows: Rows) -> bool:
    """Say whether what the mails say of themselves is final."""
    return len(rows["system_mail"]) == len(rows["delivery"]) == 1 and all(
        "sent" in row for table in ("system_mail", "delivery") for row in rows[table]
    )
