"""Messages whose HTML breaks one statement: (statement, what is broken, message)."""

import re
from dataclasses import replace

from valid_newsletter import HTML, SUBJECT, UNSUBSCRIBE, Newsletter

GOOD = Newsletter()
TITLE = f"<title>{SUBJECT}</title>"
ALT = 'alt="A lorry on the bridge at dusk"'
PICTURE = "https://www.harbournews.example.org/pictures/bridge.jpg"
LEAVE = f'<a href="{UNSUBSCRIBE}">Unsubscribe</a>'
APPLE = '<meta name="x-apple-disable-message-reformatting">'
DATA_PICTURE = '<p background="https://a.example/a.gif" style="background:url(data:image/gif;base64,AA)">Go</p>'
RULE = ".paper{color:#111111}\n"


def in_head(snippet: str) -> Newsletter:
    return GOOD.rich("</head>", f"{snippet}</head>")


def style(octets: int) -> str:
    return f"<style>{RULE * (octets // len(RULE) + 1)}</style>"


def padded(kilobytes: int, letter: Newsletter = GOOD) -> Newsletter:
    missing = kilobytes * 1024 - len(HTML.encode())
    return letter.rich("</body>", f"<p>{'news ' * (missing // 5)}</p></body>")


BROKEN: list[tuple[str, str, Newsletter | bytes]] = [
    ("M01", "HTML of 81 KB", padded(81)),
    ("M01", "HTML of 91 KB", padded(91)),
    ("M01", "the way out after 90 KB", padded(91, GOOD.rich(LEAVE, "")).rich("</body>", f"{LEAVE}</body>")),
    ("M02", "a style block over 8,192 bytes", in_head(style(8_192))),
    ("M02", "three style blocks over 16,384 bytes", in_head(style(5_500) * 3)),
    ("M03", "a style block in the body", GOOD.body("<style>.a{color:#111111}</style>")),
    ("M07", "a weak declaration", GOOD.rich("width: 100% !important;", "width: 100%;")),
    ("M07", "a weak last declaration", GOOD.rich("padding-right: 16px !important }", "padding-right: 16px }")),
    ("M11", "no lang", GOOD.rich('<html lang="en"', "<html")),
    ("M11", "no dir", GOOD.rich('<html lang="en" dir="ltr"', '<html lang="en"')),
    ("M11", "no lang on the wrapper", GOOD.rich('class="wrapper" lang="en"', 'class="wrapper"')),
    ("M11", "another title", GOOD.rich(TITLE, "<title>Daily Headlines</title>")),
    ("M11", "no title", GOOD.rich(TITLE, "")),
    ("M11", "no charset", GOOD.rich('<meta charset="utf-8">', "")),
    ("M11", "no viewport", GOOD.rich('name="viewport"', 'name="v"')),
    ("M11", "no x-apple-disable-message-reformatting", GOOD.rich(APPLE, "")),
    ("M11", "no format-detection", GOOD.rich('name="format-detection"', 'name="f"')),
    ("M11", "no color-scheme", GOOD.rich('name="color-scheme"', 'name="c"')),
    ("M11", "another resolution", GOOD.rich(">96<", ">72<")),
    ("M12", "no h1", GOOD.rich("<h1", "<p").rich("</h1>", "</p>")),
    ("M12", "two h1", GOOD.body("<h1>World</h1><h2>Far away</h2>")),
    ("M12", "a skipped level", replace(GOOD, html=re.sub(r"(</?)h3", r"\1h4", HTML))),
    ("M12", "a heading before the h1", GOOD.rich("<h1 ", "<h2>Today</h2><h1 ")),
    ("M13", "no alt", GOOD.rich(ALT, "")),
    ("M13", "an empty alt under a link", GOOD.rich(ALT, 'alt=""')),
    ("M13", "no width", GOOD.rich('width="552"', "")),
    ("M13", "a height in per cent", GOOD.rich('height="311"', 'height="50%"')),
    ("M13", "an image in the line", GOOD.rich("display:block;", "")),
    ("M13", "no src", GOOD.rich(f'src="{PICTURE}"', "")),
    ("M13", "unstyled alt text", GOOD.rich("border:0;font-size:14px;color:#5f5b53", "border:0")),
    *(
        ("M20", f"a {tag}", GOOD.body(f"<{tag}></{tag}>"))
        for tag in ("script", "form", "iframe", "object", "embed", "video")
    ),
    ("M20", "another ground for addresses", in_head('<base href="https://a.example/">')),
    ("M20", "a link of the page", in_head('<link rel="icon" href="https://news.example.org/a.png">')),
    ("M20", "a script for Outlook alone", GOOD.body("<!--[if mso]><script></script><![endif]-->")),
    ("M20", "a script after the end", GOOD.rich("</html>", "</html><script></script>")),
    (
        "M20",
        "a script for Outlook after the end",
        GOOD.rich("</html>", "</html><!--[if mso]><script></script><![endif]-->"),
    ),
    ("M20", "an event handler", GOOD.body('<p onclick="go()">Go</p>')),
    ("M20", "a javascript link in disguise", GOOD.body('<a href=" Java&#9;Script:go()">Go</a>')),
    ("M20", "a data picture in CSS", GOOD.body(DATA_PICTURE)),
    ("M20", "a picture from inside the mail", GOOD.rich(PICTURE, "cid:bridge")),
    ("M20", "a refresh", in_head('<meta http-equiv="refresh" content="5">')),
    ("M20", "a style sheet from outside", in_head('<link rel="stylesheet" href="https://news.example.org/a.css">')),
    ("M20", "an import", in_head("<style>@import 'https://news.example.org/a.css';</style>")),
]
