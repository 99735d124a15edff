"""Editions of invented newsrooms, for the tests of rendering."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from digest.articles.article import Image
from digest.editions.contents import Contents, Section, Story
from digest.rendering.publication import Publication

DAY = date(2026, 11, 22)
PICTURES = "https://pictures.harbourpost.example"
PUBLICATION = Publication(
    slug="daily-headlines",
    name="Daily Headlines",
    pitch="The day's top stories, from us and from newsrooms around the world.",
    site_name="The Harbour Post",
    base_url="https://news.harbourpost.example",
    language="en",
    timezone="Europe/Lisbon",
    send_time="06:00",
    postal_address="The Harbour Post, 14 Customs Quay, 1100-148 Lisbon, Portugal",
    contact="desk@harbourpost.example",
    privacy_url="https://www.harbourpost.example/privacy",
)
OWN = "The Harbour Post"
TELLINGS = (
    ("Harbour", OWN, "Dockers turn down the offer, and the ferries stay in port for a second day",
     "The union's 1,400 members voted by four to one against a rise of 6 percent. The port says the next sailing is on "
     "Tuesday at the earliest; the islands have fuel for nine days."),
    ("City", OWN, "The tram to the hospital opens eleven months late and 4 million under budget",
     "Line 7 carried its first passengers at dawn. Engineers say the savings came from a tunnel nobody had to dig."),
    ("Politics", "Meridian Wire", "Parliament sits through the night over the water bill",
     "A vote is expected before noon. Three members of the governing party say they will abstain."),
    ("Science", OWN, "A seabed map drawn by fishermen turns out to be right",
     "Surveyors checked 212 soundings from a 1930s notebook against sonar. All but four were within a metre."),
    ("World", "Meridian Wire", "Two capitals agree to reopen the mountain pass before the snow",
     "Lorries have gone the long way round since March. The first convoy is planned for Thursday."),
    ("World", "The Northern Ledger", "Grain prices fall for a sixth week", ""),
    ("World", "Kestrel News", "A city of three million rations water from Monday", ""),
    ("World", "The Northern Ledger", "Voters in the lake provinces choose a new assembly today", ""),
    ("Business", OWN, "The last cannery on the quay finds a buyer",
     "A cooperative of its own workers will pay 2.1 million over ten years and keep the name."),
    ("Business", "Kestrel News", "Shipping insurers raise their rates for the strait",
     "Premiums rise by a third from January, three brokers say."),
    ("Culture", OWN, "The lighthouse keeper's diaries are a bestseller in translation", ""),
    ("Culture", OWN, "What to see this week: eleven small films and one very long one",
     "Our critic sat through all nineteen hours, and would again."),
)  # fmt: skip


def story(place: int, **changes: object) -> Story:
    section, source, headline, summary = TELLINGS[place % len(TELLINGS)]
    again = place // len(TELLINGS)
    told = Story(
        url=f"https://www.{source.lower().replace(' ', '')}.example/2026/11/22/story-{place}?from=mail&place={place}",
        headline=f"{headline}, part {again + 1}" if again else headline,
        summary=summary,
        source=source,
        own=source == OWN,
        section=section,
        published=datetime(2026, 11, 22, 4, tzinfo=UTC) - timedelta(minutes=7 * place),
        byline="Maren Holt" if place == 0 else None,
        image=picture(place) if place in {0, 1, 3} else None,
        reasons=("newest of its section",),
    )
    return replace(told, **changes)


def picture(place: int, width: int = 1200, height: int = 675) -> Image:
    return Image(
        url=f"{PICTURES}/{place}.png?w=1200&q=80",
        alt="Three white ferries tied up at an empty quay" if place == 0 else "",
        width=width,
        height=height,
        caption="Ferries of the island line at Customs Quay on Saturday." if place == 0 else "",
        credit="Tomas Arnaut/The Harbour Post" if place == 0 else "",
    )


def edition(count: int, stories: tuple[Story, ...] = (), **changes: object) -> Contents:
    told = stories or tuple(story(place) for place in range(count))
    rest = told[4:] if len(told) > 4 else ()
    titles = list(dict.fromkeys(each.section for each in rest))
    contents = Contents(
        newsletter="daily-headlines",
        local_date=DAY,
        subject="Ferries stay in port as dockers turn down the offer",
        standfirst="The islands count their fuel, a tram line opens at last, and parliament sits through the night.",
        lead=told[0],
        second_rank=told[1:4],
        sections=tuple(Section(title, tuple(each for each in rest if each.section == title)) for title in titles),
    )
    return replace(contents, **changes)


ARABIC_PUBLICATION = replace(
    PUBLICATION, name="عناوين اليوم", site_name="بريد الميناء", language="ar", postal_address="رصيف الجمارك ١٤، الميناء"
)
JAPANESE_PUBLICATION = replace(
    PUBLICATION,
    name="今日の見出し",
    site_name="みなと新報",
    language="ja",
    postal_address="〒000-0000 架空県みなと市税関埠頭14番地",
)


def arabic_edition() -> Contents:
    words = {
        "headline": "عمال الميناء يرفضون العرض والعبّارات تبقى راسية لليوم الثاني",
        "summary": "صوّت أعضاء النقابة ضد الزيادة، وتقول إدارة الميناء إن الرحلة التالية يوم الثلاثاء على أقرب تقدير.",
        "section": "الميناء",
    }
    stories = tuple(story(place, **words) for place in range(8))
    return edition(8, stories, subject=words["headline"], standfirst="الجزر تحصي وقودها، وخط الترام يفتتح أخيراً.")


def japanese_edition() -> Contents:
    words = {
        "headline": "港湾労働者が賃上げ案を否決、フェリーは二日目も全便欠航のまま岸壁に停泊「再開は早くて火曜日」",
        "summary": "組合員1,400人の投票で、6%の賃上げ案は四対一で否決された。港湾局によると、次の便は早くても"
        "火曜日になる見通しで、島の燃料は九日分だという。",
        "section": "みなと",
    }  # fmt: skip
    stories = tuple(story(place, **words) for place in range(8))
    return edition(
        8,
        stories,
        subject=words["headline"],
        standfirst="島々は燃料を数え、路面電車はようやく開業、国会は夜通し続いた。",
    )
