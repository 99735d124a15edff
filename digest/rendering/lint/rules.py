"""All rules, in the order of message-standard.md, and the ways to run them."""

from collections.abc import Callable, Iterator

from digest.rendering.lint import (
    header_rules,
    html_rules,
    layout_rules,
    list_rules,
    reading_rules,
    signature_rules,
    structure_rules,
    system_rules,
    text_rules,
)
from digest.rendering.lint.violation import Fault, Violation
from digest.rendering.lint.wire import Wire

Rule = Callable[[Wire], Iterator[Fault]]

RULES: tuple[tuple[str, Rule], ...] = (
    ("H01", header_rules.one_of_each),
    ("H02", header_rules.one_sender),
    ("H03", header_rules.plain_display_name),
    ("H04", header_rules.honest_subject),
    ("H05", header_rules.sound_message_id),
    ("H06", header_rules.numeric_date),
    ("H07", structure_rules.clean_lines),
    ("H08", structure_rules.sound_encodings),
    ("H09", structure_rules.explicit_encoding),
    ("H10", structure_rules.text_then_html),
    ("H11", text_rules.readable_text),
    ("H13", structure_rules.readable_again),
    ("H14", structure_rules.modest_size),
    ("H15", list_rules.one_click_address),
    ("H16", list_rules.one_click_post),
    ("H17", list_rules.opaque_address),
    ("H18", signature_rules.one_click_signed),
    ("H19", list_rules.named_list),
    ("H20", list_rules.list_contacts),
    ("H21", list_rules.feedback_id),
    ("H22", list_rules.automatic_mail),
    ("D07", signature_rules.sound_signatures),
    ("D08", signature_rules.covered_headers),
    ("M01", html_rules.below_the_clip),
    ("M02", html_rules.small_styles),
    ("M03", html_rules.styles_in_head),
    ("M04", layout_rules.flat_styles),
    ("M05", layout_rules.plain_values),
    ("M06", layout_rules.used_classes),
    ("M07", html_rules.important_media),
    ("M09", layout_rules.balanced_tables),
    ("M10", layout_rules.narrow_column),
    ("M11", html_rules.furnished_head),
    ("M12", html_rules.ordered_headings),
    ("M13", html_rules.furnished_images),
    ("M15", reading_rules.legible_words),
    ("M19", layout_rules.visible_standfirst),
    ("M20", html_rules.nothing_active),
    ("M21", text_rules.nothing_unresolved),
    ("M22", text_rules.visible_way_out),
    ("M23", text_rules.proper_addresses),
    ("T4", header_rules.separate_encoded_words),
)

# A mail of the service itself goes to one, who is on no list yet; some statements ask something else of it.
_OF_LISTS = {"H15", "H16", "H17", "H18", "H19", "H20", "H21", "M19", "M22"}
_OWN_WAY = {
    "H22": system_rules.automatic_answer,
    "H23": system_rules.nothing_to_leave,
    "M21": system_rules.nothing_unresolved,
}
SYSTEM_RULES: tuple[tuple[str, Rule], ...] = (
    *((statement, rule) for statement, rule in RULES if statement not in _OF_LISTS | _OWN_WAY.keys()),
    *_OWN_WAY.items(),
)

# What a story's words may look like too, and a look's own must not.
LOOK_RULES: tuple[tuple[str, Rule], ...] = (
    ("H11", text_rules.markup_in_text),
    ("M03", html_rules.styles_in_head),
    ("M09", layout_rules.balanced_tables),
    ("M20", html_rules.nothing_active),
    ("M21", text_rules.nothing_unfilled),
)


def lint_message(message: bytes, *, relaxed: bool = False) -> list[Violation]:
    """Return every statement of the message standard that *message*, as it would go over the wire, breaks.

    Never raises, whatever the bytes; the list is empty for a message that may leave. `relaxed` is for a service
    at a loopback host: its http addresses are then warnings (H15, M23).
    """
    wire = Wire.read(message, relaxed=relaxed)
    return [Violation.of(statement, fault) for statement, rule in RULES for fault in rule(wire)]


def lint_system_mail(message: bytes, *, relaxed: bool = False) -> list[Violation]:
    """Do as `lint_message` does, for a mail that the service itself writes, such as one that asks to confirm."""
    wire = Wire.read(message, relaxed=relaxed)
    return [Violation.of(statement, fault) for statement, rule in SYSTEM_RULES for fault in rule(wire)]


def lint_part(media_type: str, words: str) -> list[Violation]:
    """Return what a look itself says wrongly: *words* is its text/plain or text/html, filled with harmless words.

    A warning is as grave here as an error: no story can be its reason.
    """
    wire = Wire.of_part(media_type, words)
    return [Violation.of(statement, fault) for statement, rule in LOOK_RULES for fault in rule(wire)]
