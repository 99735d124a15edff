"""A real edition, rendered once, held against the message standard for readers of every kind."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_edition import ADA, NAMES, NOW, READERS, artifact, compiled, read
from signing_keys import signers

from digest.rendering.lint import Severity, lint_message
from digest.rendering.rehearsal import EVERYTHING, FURNISHED
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings.theme import ThemeSettings

LONGEST_IN_A_LINE = 78  # the text part has the address on a line of its own, which the lint measures (H11)
LOOK = load_template(templates_folder() / "editions" / "daily-headlines")


def rendered(publication=FURNISHED, look=LOOK, **changes):
    return compiled(render_edition(replace(EVERYTHING, **changes), publication, look), publication)


@pytest.fixture(scope="module")
def edition():
    return rendered()


def errors(wire):
    return [violation for violation in lint_message(wire) if violation.severity is Severity.ERROR]


def looks_unresolved(reader):
    """Say whether somebody is called like a marker that was never filled in, which the lint must not let pass."""
    said = f"{reader.name} {reader.address}"
    return reader.name.strip() in {"None", "undefined"} or any(mark in said for mark in ("{{", "{%"))


@given(READERS.filter(lambda reader: len(reader.address) <= LONGEST_IN_A_LINE and not looks_unresolved(reader)))
def test_a_real_edition_keeps_the_standard_for_every_reader(edition, reader):
    assert errors(edition.message_for(reader, NOW)) == []


@pytest.mark.parametrize("section_look", ["rule", "band", "label"])
@pytest.mark.parametrize("name", ["headlines", "letter"])
def test_every_look_keeps_the_standard_in_any_theme(name, section_look):
    theme = ThemeSettings(accent="#0b4f6c", section_look=section_look)
    look = load_template(templates_folder() / "editions" / name)
    assert lint_message(rendered(replace(FURNISHED, theme=theme), look).message_for(ADA, NOW)) == []


def test_a_signed_edition_keeps_the_standard_too(tmp_path):
    made = render_edition(EVERYTHING, FURNISHED, LOOK)
    for kinds in (["rsa"], ["rsa", "ed25519"]):
        wire = compiled(made, FURNISHED, signers=signers(tmp_path, *kinds)).message_for(ADA, NOW)
        assert len(read(wire).get_all("DKIM-Signature")) == len(kinds)
        assert lint_message(wire) == []


@given(NAMES.map(lambda name: name[:64]).filter(lambda name: sum(map(str.isalpha, name)) > 1))
def test_every_name_that_a_newsletter_may_have_makes_sound_headers(name):
    wire = compiled(publication=replace(FURNISHED, name=name)).message_for(ADA, NOW)
    faults = [fault for fault in lint_message(wire) if fault.rule in {"H01", "H02", "H07", "H08", "H13", "H19", "T4"}]
    assert faults == []


@pytest.mark.parametrize("name", ["Zürcher Morgen", "今日の見出し" * 10, "🐟" * 64, "News <2>", "A" * 64, "a =?b?= c"])
def test_a_real_edition_keeps_the_standard_under_another_name(name):
    faults = errors(rendered(replace(FURNISHED, name=name)).message_for(ADA, NOW))
    assert [fault for fault in faults if fault.rule != "H03"] == []
    assert bool(faults) == ("🐟" in name)  # no emoji in a display name


@pytest.mark.parametrize(
    "subject", ["Fähren bleiben im Hafen", "港は静かだ" * 20, "x" * 120, "word " * 23, "a=?b?==?c"]
)
def test_a_real_edition_keeps_the_standard_under_any_subject(subject):
    wire = rendered(subject=subject.strip()).message_for(ADA, NOW)
    assert errors(wire) == []
    assert read(wire)["Subject"] == subject.strip()


@given(st.sampled_from("öß漢ع🙂 ").flatmap(lambda letter: st.integers(0, 3000).map(letter.__mul__)))
def test_the_encoding_is_never_one_that_the_lint_refuses(letters):
    wire = compiled(artifact(text=f"word {letters}", html=f"word {letters}")).message_for(ADA, NOW)
    assert [fault for fault in lint_message(wire) if fault.rule in {"H07", "H08", "H09", "H13", "T4"}] == []
