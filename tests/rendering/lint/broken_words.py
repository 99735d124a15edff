"""Messages whose words or links break one statement: (statement, what is broken, message)."""

from valid_newsletter import READER, UNSUBSCRIBE, Newsletter

from digest.rendering.slots import SENTINELS

GOOD = Newsletter()
HERONS = "https://marsh.example.net/herons-return"
PICTURE = "https://www.harbournews.example.org/pictures/bridge.jpg"
LEAVE = f'<a href="{UNSUBSCRIBE}"'
IN_CSS = "<p background='https://a.example/a.png' style=\"background:url('http://a.example/a.png')\">Go</p>"
FOOTER = '<p class="grey" style="font-size:14px;color:#5f5b53">You'
ARCHIVE = "<https://news.example.org/archive"

BROKEN: list[tuple[str, str, Newsletter | bytes]] = [
    ("H11", "a tag in the text", GOOD.plain("COUNTRY", "<em>COUNTRY</em>")),
    ("H11", "an entity in the text", GOOD.plain("It holds", "It&rsquo;s held")),
    ("H11", "a numeric entity in the text", GOOD.plain("It holds", "It&#39;s held")),
    ("H11", "a link missing from the text", GOOD.plain(HERONS, "")),
    ("H11", "a longer link in its place", GOOD.plain(HERONS, f"{HERONS}-again")),
    ("H11", "no unsubscribe address in the text", GOOD.plain(UNSUBSCRIBE, "on the web")),
    ("H11", "no contact in the text", GOOD.plain("Questions: newsroom@news.example.org", "")),
    ("H11", "a line of 79 columns", GOOD.plain("COUNTRY", "country " * 9 + "and sea")),
    *(("M21", f"the sentinel {sentinel}", GOOD.body(f"<p>{sentinel}</p>")) for sentinel in SENTINELS),
    ("M21", "a sentinel in a header", GOOD.add(f"X-Reader: {SENTINELS[-1]}")),
    ("M21", "an expression in the HTML", GOOD.body("<p>{{ story.byline }}</p>")),
    ("M21", "a quoted expression in the HTML", GOOD.body('<p title="%7B%7bx%7d%7D">Go</p>')),
    ("M21", "a statement in the text", GOOD.plain("COUNTRY", "{% if country %}")),
    ("M21", "an expression in the subject", GOOD.subject("=?utf-8?q?News_=7B=7B_date?=", "News {{ date")),
    ("M21", "None alone in the HTML", GOOD.body("<p> None </p>")),
    ("M21", "None in an attribute", GOOD.body('<p title="None">Go</p>')),
    ("M21", "None in an address", GOOD.rich(PICTURE, "https://news.example.org/None/a.jpg")),
    ("M21", "undefined alone in the text", GOOD.plain("COUNTRY", "undefined")),
    ("M21", "None in a sentence", GOOD.plain("* Herons", "* By None: Herons")),
    ("M21", "a header of None", GOOD.add("X-Edition: None")),
    ("M22", "no unsubscribe link", GOOD.rich(f"{LEAVE}>Unsubscribe</a>", "")),
    ("M22", "an unsubscribe link without words", GOOD.rich(">Unsubscribe</a>", "></a>")),
    ("M22", "a hidden unsubscribe link", GOOD.rich(LEAVE, '<a style="Display: none"' + LEAVE[2:])),
    ("M22", "an unsubscribe link in a hidden cell", GOOD.rich(FOOTER, '<p style="font-size:0">You')),
    ("M22", "no address in the HTML", GOOD.rich(READER, "you")),
    ("M22", "no address in the text", GOOD.plain(READER, "you")),
    ("M22", "two readers", GOOD.header(f"To: {READER}", f"To: {READER}, bob@example.com")),
    ("M23", "an http picture", GOOD.rich(PICTURE, PICTURE.replace("https", "http"))),
    ("M23", "an http link in both parts", GOOD.plain(HERONS, "http://a.example/").rich(HERONS, "http://a.example/")),
    ("M23", "a relative picture", GOOD.rich(PICTURE, "/pictures/bridge.jpg")),
    ("M23", "a picture without a scheme", GOOD.rich(PICTURE, "//news.example.org/bridge.jpg")),
    ("M23", "an empty link", GOOD.body('<a href="">Go</a>')),
    ("M23", "a host by number", GOOD.rich(PICTURE, "https://203.0.113.7/a.jpg")),
    ("M23", "a host by long number", GOOD.rich(PICTURE, "https://[2001:db8::1]/a.jpg")),
    ("M23", "a port", GOOD.rich(PICTURE, "https://news.example.org:8443/a.jpg")),
    ("M23", "a shortener", GOOD.plain(HERONS, "https://bit.ly/3x").rich(HERONS, "https://bit.ly/3x")),
    ("M23", "an address that can't be read", GOOD.rich(PICTURE, "https://[news/a.jpg")),
    ("M23", "white space in an address", GOOD.rich(PICTURE, "https://news.example.org/a b.jpg")),
    ("M23", "http in CSS", GOOD.body(IN_CSS)),
    ("M23", "http for Outlook alone", GOOD.body('<!--[if mso]><v:fill src="http://a.example/a.png"/><![endif]-->')),
    ("M23", "an http archive", GOOD.header(ARCHIVE, ARCHIVE.replace("https", "http"))),
    ("M23", "the machine itself", GOOD.rich(PICTURE, "https://127.0.0.1/a.jpg")),
]
