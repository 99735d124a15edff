"""The zones that readers live in."""

import pytest
from sample_readers import intake, newcomer
from sqlmodel import select

from subscribers.store import keep_timezone, subscribe_imported
from subscribers.tables import Subscriber
from subscribers.timezone import UnknownZoneError, known_zones, written_zone, zone_named, zones_by_region


@pytest.mark.parametrize(
    ("named", "zone"),
    [("Europe/Lisbon", "Europe/Lisbon"), (" america/NEW_york ", "America/New_York"), ("utc", "UTC")],
)
def test_a_zone_is_known_in_whatever_case_it_comes(named, zone):
    assert zone_named(named) == zone


@pytest.mark.parametrize("named", ["", "Mars/Base", "Factory", "localtime", "../../etc/passwd", "Europe/Lisbon\n\0"])
def test_what_is_no_zone_is_refused_in_words(named):
    with pytest.raises(UnknownZoneError, match="is no time zone; write it as Europe/Lisbon"):
        zone_named(named)


def test_what_another_machine_stored_and_this_one_does_not_know_is_left_out():
    assert known_zones(["Europe/Lisbon", "Europe/Atlantis"]) == ["Europe/Lisbon"]


def test_a_reader_chooses_a_place_by_the_part_of_the_world():
    zones = zones_by_region()
    assert "Europe/Lisbon" in zones["Europe"]
    assert not {"Etc", "US", "UTC", "EST5EDT"} & zones.keys()


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_written_as_a_reader_knows_it(zone, written):
    assert written_zone(zone) == written


def test_where_a_reader_lives_is_kept_and_forgotten(database):
    with database.writing() as session:
        subscribe_imported(session, [newcomer("ada@example.org")], intake())

    def kept():
        with database.reading() as session:
            return session.exec(select(Subscriber.timezone)).one()

    with database.writing() as session:
        assert keep_timezone(session, "ada@example.org", "Asia/Tokyo")
        assert not keep_timezone(session, "eve@example.org", "Asia/Tokyo")
    assert kept() == "Asia/Tokyo"
    with database.writing() as session:
        keep_timezone(session, "ada@example.org", None)
    assert kept() is None
