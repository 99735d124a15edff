"""Messages whose layout or legibility breaks one statement: (statement, what is broken, message)."""

from valid_newsletter import READER, SUBJECT, UNSUBSCRIBE, Newsletter

GOOD = Newsletter()
STANDFIRST = "The bridge is open, the council is not agreed, and the herons are back."
GHOST_END = "<!--[if mso]></td></tr></table><![endif]-->"
DARK = "background-color: #17181a !important; color: #ece9e4 !important;"


def in_head(css: str) -> Newsletter:
    return GOOD.rich("</head>", f"<style>{css}</style></head>")


def words(style: str) -> Newsletter:
    return GOOD.body(f'<p style="{style}">Go</p>')


BROKEN: list[tuple[str, str, Newsletter | bytes]] = [
    ("H17", "a reader's address in the way out", GOOD.everywhere(UNSUBSCRIBE, f"{UNSUBSCRIBE}/{READER}")),
    ("H17", "a way out that can be guessed", GOOD.everywhere(UNSUBSCRIBE, "https://news.example.org/u/7")),
    ("M04", "a query in a query", in_head("@media screen{@media (max-width:9px){.paper{color:#111111 !important}}}")),
    ("M04", "a file in a style block", in_head(".paper{background:url(https://news.example.org/a.png)}")),
    ("M04", "a file in a style alone", words("background:url(https://news.example.org/a.png)")),
    *(
        ("M05", f"the value {value}", words(f"{name}:{value}"))
        for name, value in (
            *(("color", "var(--ink)"), ("width", "calc(100% - 9px)"), ("margin", "1rem"), ("color", "#123")),
            *(("color", "#1234"), ("color", "#12345678"), ("color", "rgb(1 2 3)")),
        )
    ),
    ("M06", "a class that nothing uses", GOOD.rich('class="thumb"', 'class="thumb left"')),
    ("M09", "a ghost that never ends", GOOD.rich(GHOST_END, "")),
    ("M09", "a ghost's row that never ends", GOOD.rich(GHOST_END, "<!--[if mso]></td></table><![endif]-->")),
    ("M09", "a table that never ends", GOOD.rich(f"</table>\n{GHOST_END}", GHOST_END)),
    ("M09", "a cell that closes twice", GOOD.rich(GHOST_END, f"</td>{GHOST_END}")),
    ("M10", "a table of data", GOOD.rich('<table role="presentation" class', "<table class")),
    ("M10", "a ghost of data", GOOD.rich('<table role="presentation" width="600"', '<table width="600"')),
    ("M10", "a wide column", GOOD.rich("max-width:600px", "max-width:700px")),
    ("M10", "a wide ghost", GOOD.rich('width="600"', 'width="700"')),
    ("M10", "a padded paragraph", words("padding:0 8px")),
    ("M15", "small print", words("font-size:11px")),
    ("M15", "lines on top of each other", words("font-size:20px;line-height:20px")),
    ("M15", "pale ink", words("color:#999999")),
    ("M15", "a large headline in paler ink", words("font-size:28px;color:#aaaaaa")),
    ("M15", "ink of the light in the dark", GOOD.rich(DARK, "background-color: #17181a !important;")),
    ("M19", "a hidden preheader", GOOD.rich("<h1", '<div style="display:none">Go</div><h1')),
    ("M19", "no standfirst", GOOD.rich(STANDFIRST, "The bridge is open.")),
    ("M19", "the subject again as standfirst", GOOD.rich(STANDFIRST, SUBJECT)),
]
