import codecs
from dataclasses import astuple

import pytest

from digest.articles.article import Image
from digest.articles.feeds.parsing import parse_feed
from digest.articles.rejection import RejectedError

URL = "https://outlet.example/feeds/world.xml"


def rss(items="", channel="<title>Outlet</title>", head='<?xml version="1.0"?>'):
    return (
        f'{head}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{channel}{items}</channel></rss>'
    )


def item(inside):
    return f"<item><title>Rain</title><link>https://outlet.example/rain</link>{inside}</item>"


def parsed(text, charset=None):
    return parse_feed(text if isinstance(text, bytes) else text.encode(), URL, charset)


def only_entry(text, charset=None):
    [entry] = parsed(text, charset).entries
    return entry


def refusal(text):
    with pytest.raises(RejectedError) as refused:
        parsed(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (rss(item("<description>Zürich</description>")).encode(), None),
        (rss(item("<description>Zürich</description>")).encode(), "iso-8859-1"),
        (codecs.BOM_UTF8 + rss(item("<description>Zürich</description>")).encode(), None),
        (rss(item("<description>Zürich</description>")).encode("utf-16"), "utf-8"),
        (rss(item("<description>Zürich</description>")).encode("utf-16-be"), None),
        (rss(item("<description>Zürich</description>")).encode("latin-1"), "ISO-8859-1"),
        (
            rss(item("<description>Zürich</description>"), head='<?xml version="1.0" encoding="latin1"?>').encode(
                "cp1252"
            ),
            None,
        ),
        (
            rss(item("<description>Zürich</description>"), head='<?xml version="1.0" encoding="UTF-8"?>').encode(
                "cp1252"
            ),
            None,
        ),
        (
            rss(item("<description>Zürich</description>"), head='<?xml version="1.0" encoding="no-such"?>').encode(
                "cp1252"
            ),
            None,
        ),
        (rss(item("<description>Zürich</description>")).encode("cp1252"), "base64"),
        (b"\r\n\r\n" + rss(item("<description>Zürich</description>")).encode(), None),
    ],
)
def test_the_letters_are_right_whatever_names_the_encoding(data, charset):
    assert only_entry(data, charset).summary_html == "Zürich"


def test_letters_of_windows_that_call_themselves_latin_are_read():
    text = rss(item("<description>“Rain” at last…</description>"), head='<?xml version="1.0" encoding="iso-8859-1"?>')
    assert only_entry(text.encode("cp1252")).summary_html == "“Rain” at last…"


def test_a_malformed_feed_is_read_as_far_as_it_can_be():
    feed = parsed(rss(item("<description>Fish &nbsp; chips & <br> more</description>"))[:-17])
    assert [entry.link for entry in feed.entries] == ["https://outlet.example/rain"]
    assert "chips" in feed.entries[0].summary_html


def test_a_malformed_feed_keeps_dates_pictures_and_authors():
    inside = (
        "<pubDate>Sat, 14 Mar 2026 12:00:00 GMT</pubDate><dc:creator>Ada &bad; Lind</dc:creator>"
        '<media:content url="/a.jpg" medium="image" width="640" height="360"/><media:credit>Jo Hart</media:credit>'
    )
    entry = only_entry(rss(item(inside)))
    assert entry.dates == ("Sat, 14 Mar 2026 12:00:00 GMT",)
    assert entry.images[0] == Image("https://outlet.example/a.jpg", "", 640, 360, credit="Jo Hart")
    assert entry.author.startswith("Ada")


def test_pictures_come_with_size_words_and_credit():
    media = (
        '<media:content url="https://p.example/a.jpg" type="image/jpeg" width="1024" height="576"><media:credit>Jo Hart'
        "</media:credit><media:description>Rain in Oban</media:description></media:content>"
        '<enclosure url="https://p.example/b.mp3" type="audio/mpeg" length="5"/>'
        '<enclosure url="pictures/c.png" type="image/png" length="5"/>'
    )
    assert only_entry(rss(item(media))).images == (
        Image("https://p.example/a.jpg", "Rain in Oban", 1024, 576, credit="Jo Hart"),
        Image("https://outlet.example/feeds/pictures/c.png"),
    )


def test_addresses_are_relative_to_the_base_that_the_feed_names():
    entry = only_entry(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/news/"><title>A</title><entry>'
        '<title>Rain</title><link href="rain"/><id>1</id><updated>2026-03-14T12:00:00Z</updated>'
        '<content type="html" xml:base="rain/">x</content></entry></feed>'
    )
    assert (entry.link, entry.base) == ("https://a.example/news/rain/rain", "https://a.example/news/rain/")


def test_publication_comes_before_the_last_change():
    dates = "<dc:date>2026-03-14</dc:date><pubDate>Sat, 14 Mar 2026 12:00:00 GMT</pubDate><updated>2026-03-15</updated>"
    assert only_entry(rss(item(dates))).dates == ("Sat, 14 Mar 2026 12:00:00 GMT", "2026-03-14", "2026-03-15")


def test_a_json_feed_of_either_version_is_read():
    entry = only_entry(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://j.example/", "items": '
        '[{"id": 7, "url": "/rain", "title": "Rain", "content_text": "It <rained>.", "summary": "Wet.", "tags": ["W"],'
        ' "date_published": "2026-03-14T12:00:00Z", "authors": [{"name": "Ada"}, {"name": "Bo"}], "image": "/a.jpg",'
        ' "language": "en", "attachments": [{"url": "/b.png", "mime_type": "image/png"}, 5]}]}'
    )
    assert astuple(entry)[:10] == (
        "Rain", "https://j.example/rain", "7", "<p>Wet.</p>", "<p>It &lt;rained&gt;.</p>", "https://j.example/",
        "Ada, Bo", "W", "en", ("2026-03-14T12:00:00Z",),
    )  # fmt: skip
    assert [image.url for image in entry.images] == ["https://j.example/a.jpg", "https://j.example/b.png"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("  \n ", "it is empty"),
        ("\x89PNG\r\n\x1a\n" + "\x00\x01\x02" * 50, "it is no text but a binary file"),
        ("<!DOCTYPE html><html><body>Not found</body></html>", "it is a web page and no feed"),
        ("<!-- a --> <html lang='en'><rss/></html>", "it is a web page and no feed"),
        ("<catalog><book/></catalog>", "it is XML but no feed: it begins with <catalog>"),
        ("Sorry, try later", "it is no feed: neither RSS, RDF, Atom nor JSON Feed"),
        ('{"version": "2", "items": []}', 'it is JSON but no feed: its "version" does not name jsonfeed.org'),
        ('{"version": ', "not JSON at column 12: Expecting value"),
        ("[" * 100_000, "not usable JSON: nested too deeply"),
        ("<rss><channel><title>", "it is no feed that can be read: malformed, and without an entry"),
        ("<rss>" + "<!--" * 400_000, "it is malformed XML, and too large or too tangled to be mended"),
        ("<rss>" + " x" * 5_000_001, "it has over 10 MB, too much for a feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(text, reason):
    assert refusal(text) == reason


ENTITIES = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        ENTITIES + rss(item("<description>&b;</description>"), head=""),
        '<?xml version="1.0"?>' + ENTITIES + rss(item(""), head=""),
        "<!-- <!DOCTYPE rss> -->" + ENTITIES + rss(item(""), head=""),
        "<![CDATA[" + ENTITIES + "]]>" + rss(item(""), head=""),
        '<!doctype rss [<!entity a SYSTEM "file:///etc/passwd">]>' + rss(item(""), head=""),
        '<!DOCTYPE rss SYSTEM "a.dtd"><!DOCTYPE rss [<!ENTITY a "b">]>' + rss(item(""), head=""),
        rss(ENTITIES + item("")),
        ENTITIES.encode("utf-16") + rss(item(""), head="").encode("utf-16-le"),
    ],
)
def test_entities_are_refused_before_any_parser_sees_them(text):
    assert "such feeds are not read" in refusal(text)


def test_an_idle_document_type_costs_nothing():
    idle = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    assert only_entry(rss(item(""), head=f'<?xml version="1.0"?>\n{idle}')).title == "Rain"


def test_a_story_may_speak_of_entities():
    assert (
        "<!ENTITY"
        in only_entry(rss(item('<description><![CDATA[<p><!ENTITY a "b"></p>]]></description>'))).summary_html
    )


@pytest.mark.parametrize("text", ["/etc/passwd", "https://outlet.example/feed", "file:///etc/passwd"])
def test_a_body_that_is_an_address_is_never_opened(text):
    assert refusal(text) == "it is no feed: neither RSS, RDF, Atom nor JSON Feed"


def test_a_story_with_one_long_tag_is_read():
    picture = f'<img src="data:image/png;base64,{"A=" * 50_000}" alt="a"> 1 < 2, "quoted'
    assert picture in only_entry(rss(item(f"<description><![CDATA[{picture}]]></description>"))).summary_html
