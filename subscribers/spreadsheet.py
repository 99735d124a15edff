"""Cells that a spreadsheet shows and never runs: a file of readers is opened in one sooner or later."""

# What begins so is taken for a formula, by some in its full-width form too; the apostrophe itself is in it so that
# what was guarded can be told from what was not.
_SIGNS = tuple("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")
_GUARD = "'"


def guarded(cell: str) -> str:
    """Return *cell* as text for every spreadsheet: one that looks like a formula gets an apostrophe in front.

    Addresses are no exception: `=x@example.org` and `+x@example.org` are legal ones.
    """
    return _GUARD + cell if cell.startswith(_SIGNS) else cell


def unguarded(cell: str) -> str:
    """Return *cell* as it was before `guarded`; one that never was is left alone, unless it looks as if."""
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_SIGNS) else cell
