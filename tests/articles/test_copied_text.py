import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.articles.article import Article, Caption
from digest.articles.copied_text import draft_of_text
from digest.articles.defaults import Defaults
from digest.articles.finishing import finish
from digest.articles.reading import read_articles
from digest.articles.sanitising import plain_text

TWIN = [
    "Firefighters walk along the burnt slope above Castle Bay, Westhaven, on Thursday, March 5, 2026.",
    "Firefighters walk along the burnt slope above Castle Bay, Westhaven, on Thursday, March 5, 2026. "
    "(Harbour Fire Brigade)",
    "The county's volunteer crews held a gorse fire away from the lifeboat station late Thursday, a day after "
    "sparks from a passing train set the slope alight, a county fire officer said.",
    "The brigade counted five places where the fire had crossed the line, the officer said, and water was carried "
    "up from the bay by hand.",
    "“Nobody signed up for a night like that one,” said Capt. Moira Reid, who led the crews.",
    "The railway will cut the gorse along the line before the summer, it said. "
    "ross.iain@quay.example Twitter: @iain_ross",
    "author picture",
    "Iain Ross",
    "Iain has covered the coast for The Quay Times since 2014. He is a former lifeboat volunteer and holds a "
    "degree in geology from Westhaven College.",
    "Sign Up for Daily Headlines",
    "Sign up to receive a daily email of today's top news stories from The Quay Times and from other papers.",
    "Sign Up Now",
]

SEED = Path(__file__).resolve().parents[3] / "shared" / "data" / "seed-article.txt"

FIRST = "The ferry to Lismore turned back on Friday after a wave broke two windows, the harbour master said."
SECOND = "No one was hurt. The next crossing is planned for Sunday, if the wind drops."
LAST = "“We go when it is safe, and not before,” Captain Moira Reid said."
CAPTION = "The ferry Lochinvar in the harbour of Oban on Friday, March 6, 2026, with boards over two of its windows."
LIFE = "Iain covers the islands for The Harbour Post. He studied in Glasgow and lives on Mull."


def body(*lines):
    return plain_text(draft_of_text("\n\n".join(lines)).body_html).split("\n\n")


def draft(*lines):
    return draft_of_text("\n\n".join(lines))


@pytest.mark.parametrize(
    "captions",
    [
        (CAPTION, f"{CAPTION} (Jo Hart/The Harbour Post)"),
        (f"{CAPTION} (Jo Hart/The Harbour Post)", CAPTION),
        (f"{CAPTION} (Jo Hart/The Harbour Post)", f"{CAPTION} (Jo Hart/The Harbour Post)"),
        (f"{CAPTION} (Jo Hart/The Harbour Post)",),
        (CAPTION, "Jo Hart/The Harbour Post"),
        (CAPTION, CAPTION, "Photo: Jo Hart/The Harbour Post"),
        (f"{CAPTION} Photo by Jo Hart/The Harbour Post",),
        (f"{CAPTION} [Jo Hart/The Harbour Post]", CAPTION),
    ],
)
def test_a_caption_is_kept_once_with_its_credit_and_apart_from_the_body(captions):
    article = draft(*captions, FIRST, SECOND)
    assert article.caption == Caption(CAPTION, "Jo Hart/The Harbour Post")
    assert body(*captions, FIRST, SECOND) == [FIRST, SECOND]


def test_a_caption_that_stands_twice_without_a_credit_is_kept_once():
    assert draft(CAPTION, CAPTION, FIRST, SECOND).caption == Caption(CAPTION)


def test_the_caption_of_a_second_photo_in_the_middle_leaves_the_body_and_the_first_is_kept():
    second = "Passengers wait in the hall of the terminal on Friday evening."
    lines = (CAPTION, f"{CAPTION} (Jo Hart)", FIRST, second, f"{second} (Ann Lee)", SECOND)
    assert draft(*lines).caption == Caption(CAPTION, "Jo Hart")
    assert body(*lines) == [FIRST, SECOND]


@pytest.mark.parametrize("aside", ["(He did not.)", "(the second this year)"])
def test_an_aside_in_brackets_at_the_end_of_the_first_paragraph_is_no_credit(aside):
    assert body(f"{FIRST} {aside}", SECOND) == [f"{FIRST} {aside}", SECOND]


@pytest.mark.parametrize(
    ("end", "handle"),
    [
        ("Twitter: @iainross", "iainross"),
        ("Twitter: @iain_ross.", "iain_ross"),
        ("X: @iainross", "iainross"),
        ("ross.iain@post.example Twitter: @iainross", "iainross"),
        ("Follow Iain Ross on X @iainross", "iainross"),
        ("Follow him @iainross on Instagram", "iainross"),
        ("Mastodon: @iain@post.example", "iain"),
    ],
)
def test_a_handle_at_the_end_of_the_body_is_the_authors_and_not_the_bodys(end, handle):
    for lines in ((FIRST, f"{LAST} {end}"), (FIRST, LAST, end)):
        assert draft(*lines).handle == handle
        assert body(*lines) == [FIRST, LAST]


def test_a_line_of_a_million_signs_takes_no_longer_than_a_line():
    # Searching all of it for a handle once took time that grew with the square of its length.
    assert draft_of_text("a@b " * 250_000).handle is None


def test_a_handle_alone_on_the_last_line_is_the_authors():
    assert draft(FIRST, LAST, "@iainross").handle == "iainross"


@pytest.mark.parametrize(
    "line",
    [
        "The video was first shown by @lismorelife, a page that islanders read.",
        "He announced it on Twitter on Monday.",
        "Write to harbour@oban.example before Sunday to ask for the money back.",
    ],
)
def test_a_handle_or_address_that_the_story_speaks_of_stays(line):
    assert body(FIRST, line) == [FIRST, line]


@pytest.mark.parametrize("mark", ["author picture", "Author photo", "About the author", "ABOUT THE AUTHOR:"])
def test_the_biography_stands_below_the_authors_mark(mark):
    article = draft(FIRST, SECOND, LAST, mark, LIFE)
    assert article.biography == LIFE
    assert body(FIRST, SECOND, LAST, mark, LIFE) == [FIRST, SECOND, LAST]


def test_a_biography_below_a_handle_needs_no_mark():
    article = draft(FIRST, SECOND, f"{LAST} Twitter: @iainross", LIFE)
    assert (article.handle, article.biography) == ("iainross", LIFE)


def test_a_biography_without_mark_or_handle_is_known_by_the_byline():
    article = draft("By Iain Ross | The Harbour Post", FIRST, SECOND, LIFE)
    assert (article.byline, article.biography) == ("Iain Ross", LIFE)


def test_a_story_that_ends_with_a_reporter_keeps_its_end():
    end = "Reid is a former reporter who covers her eyes when the sea is high."
    assert body(FIRST, SECOND, end) == [FIRST, SECOND, end]


def test_a_note_of_who_contributed_stays_in_the_body():
    note = "Post reporter Ann Lee contributed to this report."
    assert body(FIRST, f"{LAST} Twitter: @iainross", note) == [FIRST, LAST, note]


def test_an_authors_mark_above_the_story_is_only_furniture():
    article = draft("author picture", "By Iain Ross", FIRST, SECOND, LAST)
    assert article.biography is None
    assert body("author picture", "By Iain Ross", FIRST, SECOND, LAST) == [FIRST, SECOND, LAST]


@pytest.mark.parametrize(
    "box",
    [
        ("Sign Up for Daily Headlines", "Sign up to receive a daily email of today's top island news.", "Sign Up Now"),
        ("Subscribe to our newsletter", "Enter your email address", "Subscribe"),
        ("Get the morning newsletter", "Get island news delivered to your inbox.", "Email address", "SIGN UP"),
        ("Sign up for news alerts", "By signing up you agree to our terms.", "You can unsubscribe at any time."),
        ("ADVERTISEMENT", "Story continues below"),
        ("Facebook Twitter Email", "Share this article", "3 min read", "Published: March 6, 2026"),
    ],
)
def test_boxes_and_buttons_leave_the_story_wherever_they_stand(box):
    assert body(FIRST, *box, SECOND, LAST) == [FIRST, SECOND, LAST]
    assert body(FIRST, SECOND, LAST, *box) == [FIRST, SECOND, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to the newsletter of your bank, the police said, and you may be robbed.",
        "Sign up for the flu jab by Friday.",
        "Share prices rose, and the company will publish its report on Monday.",
        "Get ready for rain.",
    ],
)
def test_a_story_about_signing_up_or_sharing_keeps_its_sentences(line):
    assert body(FIRST, line, LAST) == [FIRST, line, LAST]


def test_the_links_below_a_story_are_no_part_of_it():
    assert body(FIRST, SECOND, LAST, "Most read", "Ten ways to cook crab", "The best piers") == [FIRST, SECOND, LAST]


def test_a_short_first_line_is_offered_as_the_headline():
    article = draft("Ferry turns back in storm", "By Iain Ross", "Updated March 6, 2026 9:14 am", FIRST, SECOND)
    assert (article.headline, article.opening_line, article.byline) == (None, "Ferry turns back in storm", "Iain Ross")
    assert body("Ferry turns back in storm", "By Iain Ross", FIRST, SECOND) == [FIRST, SECOND]


def test_a_first_paragraph_that_begins_with_by_is_no_byline():
    line = "By Friday evening the wind had dropped and the harbour was open."
    assert body(line, SECOND) == [line, SECOND]


def test_lines_that_a_mail_program_wrapped_are_one_paragraph():
    wrapped = (
        "The ferry to Lismore turned back on Friday after a wave broke two\n"
        "windows, the harbour master said.\n\nNo one was hurt.\r\n"
    )
    assert plain_text(draft_of_text(wrapped).body_html).split("\n\n") == [FIRST, "No one was hurt."]


def test_text_without_blank_lines_has_a_paragraph_a_line():
    assert plain_text(draft_of_text(f"{FIRST}\n{SECOND}\n{LAST}").body_html).split("\n\n") == [FIRST, SECOND, LAST]


def test_what_looks_like_markup_in_text_is_text():
    article = draft("If a < b & c, the rule <b>holds</b>, the minister said on Friday.", SECOND)
    assert article.body_html.startswith("<p>If a &lt; b &amp; c, the rule &lt;b&gt;holds&lt;/b&gt;, the")


@pytest.fixture
def twin(tmp_path):
    """An invented text with all that stands around the seed article, imported with the options of the first morning."""
    file = tmp_path / "gorse.txt"
    file.write_text("\n\n".join(TWIN), encoding="utf-8")
    defaults = Defaults.of_options(
        source="The Quay Times",
        own=True,
        published="2026-03-06T09:00Z",
        headline="Crews hold gorse fire",
        url="https://quay.example/gorse",
    )
    (article,) = read_articles([str(file)], defaults, frozenset(), io.BytesIO())
    assert isinstance(article, Article), article
    return article


def test_a_text_copied_with_its_whole_page_is_stored_without_the_pages_furniture(twin):
    paragraphs = plain_text(twin.body_html).split("\n\n")
    assert len(paragraphs) == 4
    assert paragraphs[0].startswith("The county's volunteer crews")
    assert paragraphs[2].startswith("“Nobody signed up")
    assert paragraphs[3] == "The railway will cut the gorse along the line before the summer, it said."
    told = "Firefighters walk along the burnt slope above Castle Bay, Westhaven, on Thursday, March 5, 2026."
    assert (twin.image, twin.caption) == (None, Caption(told, "Harbour Fire Brigade"))
    assert twin.handle == "iain_ross"
    assert twin.biography is not None
    assert twin.biography.endswith("holds a degree in geology from Westhaven College.")
    assert (twin.headline, twin.needs_headline, twin.own) == ("Crews hold gorse fire", False, True)
    assert twin.summary.startswith("The county's volunteer crews held")
    assert twin.summary.endswith("a county fire officer said.")
    assert twin.summary_is_derived


@pytest.fixture
def seed():
    if not SEED.exists():
        pytest.skip("../shared/data/seed-article.txt is absent")
    defaults = Defaults(
        source="Stars and Stripes",
        own=True,
        published=datetime(2020, 3, 13, 14, tzinfo=UTC),
        url="https://www.example.org/iraq-strikes",
    )
    return finish(draft_of_text(SEED.read_text(encoding="utf-8")), defaults, frozenset())


def test_the_seed_article_is_stored_without_its_pages_furniture(seed):
    words = plain_text(seed.body_html)
    assert words.startswith("U.S. warplanes struck")
    assert words.endswith("it said.")
    for furniture in ("author picture", "Sign Up", "Sign up", "Twitter:", "This photo", "Chad"):
        assert furniture not in words
    assert seed.caption is not None
    assert seed.caption.text.startswith("This photo released")
    assert seed.caption.text.endswith("in Rashidiya, Iraq.")
    assert seed.caption.credit == "Media Security Cell"
    assert seed.handle == "chadgarland"
    assert seed.biography is not None
    assert seed.biography.startswith("Chad is a Marine Corps veteran")
    assert seed.biography.endswith("Arizona State University.")


def test_the_seed_articles_summary_is_its_first_sentence_and_its_headline_is_cut_from_it(seed):
    assert seed.summary.startswith("U.S. warplanes struck Iran-backed militias")
    assert seed.summary.endswith("a U.S. defense official said.")
    assert seed.needs_headline
    assert seed.headline.startswith("U.S. warplanes struck")
    assert len(seed.headline) <= 90
