import re
import shutil

import pytest
from samples import PUBLICATION, edition

from digest.errors import BadInputError
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import parts_folder


@pytest.fixture
def own_look(tmp_path, look_folder):
    folder = tmp_path / "own look"
    shutil.copytree(parts_folder(), folder)
    shutil.copytree(look_folder, folder, dirs_exist_ok=True)
    return folder


def refusal(folder):
    with pytest.raises(BadInputError) as refused:
        load_template(folder)
    return str(refused.value)


def add(path, line):
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{line}\n", encoding="utf-8")
    return text.count("\n") + 1


@pytest.mark.parametrize("name", ["edition.html", "edition.txt", "subject.txt", "inlined.css", "kept.css"])
def test_a_missing_file_is_named(own_look, name):
    (own_look / name).unlink()
    assert f"{own_look / name} is missing" in refusal(own_look)


def test_a_missing_folder_is_named(tmp_path):
    assert "No template folder" in refusal(tmp_path / "none")


def test_a_look_that_is_misspelt_is_told_which_there_are(look_folder):
    assert refusal(look_folder.parent / "headline").endswith("there are daily-headlines, headlines, letter")


def test_a_file_in_another_encoding_is_named(own_look):
    (own_look / "subject.txt").write_bytes(b"\xff\xfe")
    assert "subject.txt can't be read" in refusal(own_look)


@pytest.mark.parametrize(
    ("name", "mistake", "said"),
    [
        ("frame.html", "{% if %}", "Expected an expression"),
        ("frame.html", "{{ contents.lead | shouted }}", "shouted"),
        ("frame.txt", "{{ editon }}", "nothing is called 'editon'"),
        ("parts.html", "{% endif %}", "unknown tag 'endif'"),
        ("frame.html", "{{ contents.subject | safe }}", "'safe'"),
        ("frame.html", "<!--[if mso]>{{ contents.subject|safe }}<![endif]-->", "'safe'"),
        ("frame.html", "{% filter safe %}{{ contents.subject }}{% endfilter %}", "'safe'"),
        ("frame.html", "{{ [contents.subject] | map('safe') | join }}", "'safe'"),
        ("frame.html", "{{ 1 // 0 }}", "ZeroDivisionError"),
        ("frame.txt", "{{ [].pop() }}", "IndexError"),
        ("frame.txt", "{{ '%(a)s' % {} }}", "KeyError"),
        ("frame.html", "{{ ''.__class__ }}", "unsafe"),
        ("frame.html", "{% autoescape false %}{% endautoescape %}", "autoescape"),
        ("inlined.css", "p { color: red; }", "#rrggbb"),
        ("kept.css", "@media print { p { color: #112233; } }", "!important"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(own_look, name, mistake, said):
    line = add(own_look / name, mistake)
    message = refusal(own_look)
    assert message.startswith(f"{own_look / name}, line {line}: ")
    assert said in message


@pytest.mark.parametrize(
    ("name", "mistake", "said"),
    [
        ("edition.html", '<p style="color:red">x</p>', "style attribute"),
        ("edition.html", "<STYLE>p{}</STYLE>", "<style>"),
        ("edition.html", '<link rel="stylesheet" href="a.css">', "link element"),
        ("edition.html", '<base href="https://a.example/">', "base element"),
        ("edition.html", "<script>x</script>", "script element"),
        ("edition.html", "<!--[if !mso]><!--><script>x</script><!--<![endif]-->", "script element"),
        ("edition.html", '<!--[if !mso]><!--><p style="color:red">x</p><!--<![endif]-->', "style attribute"),
        ("edition.html", "<!--[if mso]><script>x</script><![endif]-->", "script element"),
        ("edition.html", '<p onclick="x">y</p>', "event handler"),
        ("edition.html", '<a href="javascript:x">y</a>', "scheme javascript"),
        ("edition.html", '<img src="data:image/png;base64,AA" alt="x">', "scheme data"),
        ("edition.html", "<p>{{ '{{' }} byline }}</p>", "never filled in"),
        ("edition.html", "<p>{{ none }}</p>", "None"),
        ("edition.txt", "<b>Stop press</b>", "HTML tag"),
        ("edition.txt", "Quay &amp; Sons", "HTML entity"),
        ("edition.txt", "By {{ none }}", "None"),
    ],
)
def test_a_mistake_of_the_page_or_the_text_is_told_with_its_file(own_look, name, mistake, said):
    add(own_look / name.replace("edition", "frame"), mistake)
    message = refusal(own_look)
    assert message.startswith(f"{own_look / name} or a part of it: ")
    assert said in message


@pytest.mark.parametrize(
    "words",
    [
        "<p>The data: we have it all. In a style = ours.</p>",
        '<!--[if mso]><td style="padding:0"></td><![endif]-->',
        '<p>On our page="day": more</p>',
    ],
)
def test_prose_and_words_own_instructions_are_no_mistakes(own_look, words):
    add(own_look / "frame.html", words)
    load_template(own_look)


@pytest.mark.parametrize(("name", "part"), [("edition.html", "words.txt"), ("edition.txt", "words.html")])
def test_a_part_of_the_other_kind_is_refused_for_its_words_are_escaped_otherwise(own_look, name, part):
    (own_look / part).write_text("{{ contents.subject }}", encoding="utf-8")
    add(own_look / name.replace("edition", "frame"), f'{{% include "{part}" %}}')
    assert f"{part!r} is no" in refusal(own_look)


def test_a_part_that_is_not_there_is_named(own_look):
    add(own_look / "frame.txt", '{% include "weather.txt" %}')
    assert "no part 'weather.txt'" in refusal(own_look)


def test_what_only_words_bring_to_light_is_told_when_the_look_is_loaded(own_look):
    line = add(own_look / "frame.txt", "{{ contents.weather }}")
    assert refusal(own_look).startswith(f"{own_look / 'frame.txt'}, line {line}: ")


def test_a_page_that_includes_itself_is_refused_in_words(own_look):
    add(own_look / "frame.html", '{% include "frame.html" %}')
    assert "RecursionError" in refusal(own_look)


def test_a_mistake_inside_a_part_names_the_part(own_look):
    parts = own_look / "parts.html"
    parts.write_text(parts.read_text(encoding="utf-8").replace("story.also_in", "story.told_by"), encoding="utf-8")
    assert re.search(r"parts\.html, line \d+: .*told_by", refusal(own_look))


def test_what_no_rehearsal_meets_is_told_with_file_and_line_by_the_edition_that_does(own_look):
    line = add(own_look / "frame.txt", "{% if contents.stories | length > 30 %}{{ contents.weather }}{% endif %}")
    template = load_template(own_look)
    render_edition(edition(12), PUBLICATION, template)
    with pytest.raises(BadInputError, match=re.escape(f"{own_look / 'frame.txt'}, line {line}: ")):
        render_edition(edition(40), PUBLICATION, template)


@pytest.mark.parametrize("name", ["unsubscribe_url", "preferences_url", "address"])
@pytest.mark.parametrize("part", ["parts.html", "frame.txt"])
def test_a_look_that_hides_the_way_out_is_refused(own_look, part, name):
    path = own_look / part
    said = re.compile(r"\{\{ " + name + r" \}\}|\b" + name + r" ~")
    path.write_text(
        said.sub(lambda found: '"" ~' if "~" in found[0] else "", path.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert f"never says {{{{ {name} }}}}" in refusal(own_look)


@pytest.mark.parametrize("blocks", ["", "{{ style_blocks }}{{ style_blocks }}"])
def test_a_look_writes_its_styles_once(own_look, blocks):
    path = own_look / "frame.html"
    path.write_text(path.read_text(encoding="utf-8").replace("{{ style_blocks }}", blocks), encoding="utf-8")
    assert "style_blocks }} once" in refusal(own_look)


def test_a_newsroom_may_write_its_own_subject(own_look):
    (own_look / "subject.txt").write_text("{{ publication.name }}:\n {{ contents.subject }}\n", encoding="utf-8")
    subject = render_edition(edition(1), PUBLICATION, load_template(own_look)).subject
    assert subject == "Daily Headlines: Ferries stay in port as dockers turn down the offer"


def test_an_empty_subject_is_refused(own_look):
    (own_look / "subject.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="empty subject"):
        render_edition(edition(1), PUBLICATION, load_template(own_look))


def test_a_loaded_look_does_not_change_with_its_files(own_look):
    template = load_template(own_look)
    before = render_edition(edition(3), PUBLICATION, template)
    shutil.rmtree(own_look)
    assert render_edition(edition(3), PUBLICATION, template) == before


def test_words_outside_the_blocks_are_refused_for_they_would_be_lost(own_look):
    line = add(own_look / "edition.html", "<p>Stop press</p>")
    assert refusal(own_look).startswith(f"{own_look / 'edition.html'}, line {line}: outside a block nothing is shown")


@pytest.mark.parametrize("name", ["headlines", "letter"])
def test_a_copied_folder_is_a_look_and_takes_the_parts_it_lacks_from_ours(tmp_path, look_folder, name):
    folder = tmp_path / "ours"
    shutil.copytree(look_folder.parent / name, folder)
    add(folder / "inlined.css", ".ink { color: #112233; }")
    assert "color:#112233" in render_edition(edition(12), PUBLICATION, load_template(folder)).html


@pytest.mark.parametrize(
    ("name", "rule"), [("inlined.css", ".weather { color: #112233; }"), ("common.css", "h6 { margin: 0; }")]
)
def test_a_rule_that_meets_nothing_is_told_with_its_file_and_line_m06(own_look, name, rule):
    line = add(own_look / name, rule)
    assert refusal(own_look).startswith(f"{own_look / name}, line {line}: no page of this look has anything that")


def test_parts_that_spoil_one_another_are_refused(own_look):
    add(own_look / "inlined.css", ".ink { text-decoration-color: #112233; }")
    assert "inlined.css and its parts: text-decoration-color beside text-decoration" in refusal(own_look)


def test_a_stylesheet_names_the_theme_and_nothing_else(own_look):
    line = add(own_look / "inlined.css", ".ink { color: {{ contents.subject }}; }")
    assert refusal(own_look) == f"{own_look / 'inlined.css'}, line {line}: nothing is called 'contents'; use theme"
