"""M26: axe-core finds nothing serious or critical, in light and in dark."""

import pytest

GRAVE = {"serious", "critical"}


@pytest.fixture
def barriers(page, from_npm):
    axe = from_npm("axe-core/axe.min.js").read_text(encoding="utf-8")

    def check(html, scheme="light"):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 640, "height": 900})
        page.set_content(html, wait_until="load")
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(result => result.violations)")
        return {violation["id"] for violation in found if violation["impact"] in GRAVE}

    return check


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["the demo's day", "Arabic", "Japanese", "daily-headlines", "headlines", "letter"])
def test_nothing_keeps_a_reader_out(editions, barriers, name, scheme):
    assert barriers(editions[name], scheme) == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_would_find_pale_ink_and_a_picture_without_words(editions, barriers, scheme):
    html = editions["the demo's day"]
    spoiled = html.replace("</h1>", '</h1><p style="color:#888888;background-color:#777777">pale</p>', 1)
    assert {"color-contrast", "image-alt"} <= barriers(spoiled.replace(' alt="', ' data-alt="', 1), scheme)
