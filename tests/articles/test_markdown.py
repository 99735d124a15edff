from datetime import UTC, datetime

import pytest

from digest.articles.markdown import draft_of_markdown
from digest.articles.rejection import RejectedError


def test_front_matter_gives_the_fields_and_the_rest_is_the_body():
    draft = draft_of_markdown(
        "---\nurl: https://post.example/bridge\nheadline: 'Bridge: open at last'\n"
        "published: 2026-03-01T10:00:00+01:00\n"
        "image:\n  url: https://post.example/b.jpg\n  alt: The bridge\n  width: 600\n---\nIt is **open**.\n\n- One\n"
    )
    assert draft.headline == "Bridge: open at last"
    assert draft.published == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert draft.image is not None
    assert (draft.image.alt, draft.image.width) == ("The bridge", 600)
    assert draft.body_html == "<p>It is <strong>open</strong>.</p>\n<ul>\n<li>One</li>\n</ul>\n"


@pytest.mark.parametrize("published", ["2026-03-01T10:00Z", "'2026-03-01 10:00:00Z'", "2026-03-01 10:00:00 +00:00"])
def test_a_time_with_its_zone_is_read_quoted_or_not(published):
    assert draft_of_markdown(f"---\npublished: {published}\n---\nx").published == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("published", ["2026-03-01", "2026-03-01 10:00:00", "yesterday"])
def test_a_time_without_its_zone_is_refused(published):
    with pytest.raises(RejectedError, match=r"published: .* write it as 2020-03-13T14:00Z"):
        draft_of_markdown(f"---\npublished: {published}\n---\nx")


def test_a_heading_at_the_top_is_the_headline_and_leaves_the_body():
    draft = draft_of_markdown("# Rain *at* last\n\nIt rained.\n\n# Later\n")
    assert draft.headline == "Rain at last"
    assert draft.body_html == "<p>It rained.</p>\n<h2>Later</h2>\n"


def test_the_front_matters_headline_outranks_the_heading():
    assert draft_of_markdown("---\nheadline: Rain\n---\n# Rain at last\n\nIt rained.").headline == "Rain"


def test_text_without_front_matter_is_a_body():
    assert draft_of_markdown("It rained.\n\n---\n\nIt stopped.").headline is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\nheadline: Rain\n\nIt rained.", "no second --- ends it"),
        ("---\nheadline: Rain: at last\n---\nx", "line 2: mapping values are not allowed here"),
        ("---\n- a\n- b\n---\nx", "expected a field a line"),
        ("---\nheadline: 1984\n---\nx", "headline: expected a text, got a number"),
        ("---\ntitle: Rain\n---\nx", "title: unknown field; did you mean headline"),
        ("---\nbody: Rain\n---\nx", "body: the body stands below"),
        ("---\nx: !!python/object:os.system {}\n---\nx", "front matter: line 2"),
        ("---\npublished: 2026-13-45\n---\nx", "front matter: not readable"),
    ],
)
def test_front_matter_that_can_not_be_read_is_refused_with_its_reason(text, reason):
    with pytest.raises(RejectedError, match=reason):
        draft_of_markdown(text)
