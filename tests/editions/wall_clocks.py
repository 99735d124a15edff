"""What wall clocks may show: every zone, 2020 to 2040, any minute of the day; half the time near a clock change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

# "Factory" and "localtime" are no places.
ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})).map(ZoneInfo)
DATES = st.dates(date(2020, 1, 1), date(2040, 12, 31))
DAY = timedelta(days=1)
WALL_TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def places_and_dates(draw):
    """Give a zone and a date: any, or one up to three days before a change of that zone's clocks."""
    zone, day = draw(ZONES), draw(DATES)
    changes = _changes(zone, day.year) if draw(st.booleans()) else []
    return zone, draw(st.sampled_from(changes)) - draw(st.integers(0, 3)) * DAY if changes else day


def _changes(zone, year):
    noons = [datetime.combine(date(year, 1, 1), time(12), tzinfo=zone) + number * DAY for number in range(365)]
    return [noon.date() for noon in noons if noon.utcoffset() != (noon - DAY).utcoffset()]
