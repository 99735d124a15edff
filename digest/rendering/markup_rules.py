"""What a template's own HTML may hold: nothing that the inliner or a mail client would trip over."""

import re

# What to refuse, and what to do instead. Words of stories never meet these: they are escaped.
REFUSED = (
    (re.compile(r"<style\b", re.IGNORECASE), "<style>: write {{ style_blocks }}, and the rules into a .css file"),
    (re.compile(r"<link\b", re.IGNORECASE), "<link>: mail clients load no stylesheets; use inlined.css and kept.css"),
    (re.compile(r"@import\b", re.IGNORECASE), "@import: put what it names into inlined.css or kept.css"),
    (
        re.compile(r"\sstyle\s*=", re.IGNORECASE),
        "a style attribute: give the element a class and a rule in inlined.css",
    ),
    (re.compile(r"<(?:script|form|iframe|object|embed)\b", re.IGNORECASE), "an element that mails may not have (M20)"),
    (re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE), "an on… attribute: mail clients run no scripts (M20)"),
    (re.compile(r"(?:javascript|data|vbscript):", re.IGNORECASE), "an address that mail clients refuse (M20)"),
    (re.compile(r"\|\s*safe\b"), "the filter safe: a story's words must stay escaped (M20)"),
    (re.compile(r"\{%-?\s*autoescape\b"), "autoescape: it is on, and must stay so (M20)"),
)
# Word's own instructions never meet the inliner, and Word reads style attributes there.
CONDITIONAL = re.compile(r"<!--\[if [^\]]*mso[^\]]*\]>.*?<!\[endif\]-->|\{#.*?#\}", re.DOTALL)


class MarkupError(ValueError):
    """What is wrong with a template's HTML, and in which line of it."""

    def __init__(self, line: int, complaint: str) -> None:
        super().__init__(f"line {line}: {complaint}")
        self.line = line
        self.complaint = complaint


def check_markup(source: str) -> None:
    """Check the HTML of a template file.

    Raises:
        MarkupError: it holds something that would be lost, fetched or refused on the way to the reader.
    """
    live = CONDITIONAL.sub(lambda found: "\n" * found[0].count("\n"), source)
    for pattern, complaint in REFUSED:
        found = pattern.search(live)
        if found:
            raise MarkupError(live[: found.start()].count("\n") + 1, complaint)
