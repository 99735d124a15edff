"""A newsroom that does not exist, to try a look on before a real edition needs it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from digest.articles.article import Image
from digest.editions.contents import Contents, Section, Sponsor, Story
from digest.editions.length import Length
from digest.rendering.publication import Publication
from digest.settings.theme import ThemeSettings

PICTURE = Image(
    "https://www.example.org/1.png", alt="A quay", width=1200, height=675, caption="A quay.", credit="A. Name"
)
FULL = Story(
    url="https://www.example.org/1",
    headline="A headline",
    summary="A sentence.",
    source="The Example",
    own=True,
    section="City",
    published=datetime(2026, 1, 1, tzinfo=UTC),
    byline="A. Name",
    image=PICTURE,
)
FOREIGN = replace(FULL, own=False, source="Another Example", also_in=("A Third Example",), updated=True)
BARE = replace(FOREIGN, summary="", section="", byline=None, image=None)
EVERYTHING = Contents(
    newsletter="example",
    local_date=date(2026, 1, 1),
    subject="A headline",
    standfirst="A sentence on the day, as long as an inbox shows it.",
    lead=FULL,
    second_rank=(FOREIGN, BARE),
    sections=(Section("World", (FULL, FOREIGN, BARE)), Section("City", (FULL,))),
    more=2,
    note="A word from the editor.\nAnd another.",
    length=Length.SHORT,
    corrections=("What was wrong is put right.",),
    sponsor=Sponsor("An Example Company", "What it wants to say.", "https://www.example.org/sponsor"),
)
LEAST = replace(
    EVERYTHING,
    lead=BARE,
    second_rank=(),
    sections=(),
    more=0,
    note="",
    length=Length.NOTE,
    corrections=(),
    sponsor=None,
)
FURNISHED = Publication(
    slug="example",
    name="Example Headlines",
    pitch="The day's stories.",
    site_name="The Example",
    base_url="https://www.example.org",
    language="en",
    timezone="UTC",
    send_time="06:00",
    postal_address="The Example\n1 Example Street",
    contact="desk@example.org",
    logo_url="https://www.example.org/logo.png",
    privacy_url="https://www.example.org/privacy",
)
SPARE = replace(FURNISHED, language="ar", logo_url=None, privacy_url=None, theme=ThemeSettings(section_look="label"))
BANDED = replace(FURNISHED, logo_url=None, theme=ThemeSettings(section_look="band"))

# Together they take both ways at every turn that a look is likely to have.
REHEARSALS = (
    *((EVERYTHING, FURNISHED), (EVERYTHING, SPARE), (LEAST, SPARE)),
    (EVERYTHING, BANDED),
)
