"""The bar of a sending: drawn for a terminal, and for nobody else is the ledger counted."""

from io import StringIO

from rich.console import Console

from digest.cli.progress import delivering
from digest.delivery.ledger import Closing

HALF_WAY = Closing(eligible=1000, sent=480, failed=20, unknown=0, skipped=0, deferred=500)


def test_a_terminal_sees_how_much_is_settled_and_what_went_wrong():
    screen = StringIO()
    with delivering(Console(file=screen, force_terminal=True, width=120), "daily 2026-12-01") as show:
        assert show is not None
        show(HALF_WAY)
    assert "500/1000" in screen.getvalue()
    assert "20 failed, 0 unknown, 0 skipped" in screen.getvalue()


def test_without_a_terminal_nobody_is_to_be_told():
    screen = StringIO()
    with delivering(Console(file=screen), "daily 2026-12-01") as show:
        assert show is None
    assert screen.getvalue() == ""
