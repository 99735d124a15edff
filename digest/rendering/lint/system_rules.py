"""What a mail of the service itself must say, where that is not what a newsletter must."""

from collections.abc import Iterator

from digest.rendering.lint import list_rules, text_rules
from digest.rendering.lint.violation import Fault
from digest.rendering.lint.wire import Wire
from digest.rendering.mail_slots import MAIL_SENTINELS

AUTO_SUBMITTED = "auto-generated"


def automatic_answer(wire: Wire) -> Iterator[Fault]:
    """H22: what a newsletter says to absent readers' desks, and `Auto-Submitted: auto-generated` (RFC 3834 §5)."""
    yield from list_rules.automatic_mail(wire)
    value = wire.first("Auto-Submitted")
    if value is None:
        yield Fault("The message has no Auto-Submitted header.", "Auto-Submitted")
    elif value != AUTO_SUBMITTED:
        yield Fault(f"Auto-Submitted is not: {AUTO_SUBMITTED}.", f"Auto-Submitted: {value}")


def nothing_to_leave(wire: Wire) -> Iterator[Fault]:
    """H23: no List-* field, for there is nothing to leave yet.

    That it comes from another address than the newsletters is the configuration's to see to.
    """
    for field in wire.fields:
        if field.key.startswith("list-"):
            yield Fault(
                "A mail that asks whether to sign up carries a field of a list.", f"{field.name}: {field.value}"
            )


def nothing_unresolved(wire: Wire) -> Iterator[Fault]:
    """M21: what it says of a newsletter, and no link that was to be put in."""
    yield from text_rules.nothing_unresolved(wire)
    for part in wire.parts:
        for sentinel in MAIL_SENTINELS:
            if sentinel in part.text.lower():
                yield Fault("A mail's own link was never put in.", f"{part.media_type}: {sentinel}")
