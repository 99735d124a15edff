"""A whole newsletter message, written by hand, that keeps every statement of the standard."""

import base64
import quopri
from dataclasses import dataclass, replace

UNSUBSCRIBE = "https://news.example.org/u/Kq3vT9xw2LmP0aZr"
READER = "ada@example.com"
SUBJECT = "Harbour bridge reopens after nine months"
BOUNDARY = "edition-7f3a91c2d4"

HEADERS = f"""\
From: Daily Headlines <headlines@news.example.org>
Reply-To: newsroom@news.example.org
To: {READER}
Subject: {SUBJECT}
Date: Sat, 14 Mar 2020 06:00:04 -0400
Message-ID: <daily-headlines.2020-03-14.c0ffee42@news.example.org>
MIME-Version: 1.0
List-Id: Daily Headlines <daily-headlines.news.example.org>
List-Unsubscribe: <{UNSUBSCRIBE}>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Help: <https://news.example.org/>
List-Archive: <https://news.example.org/archive/daily-headlines>
List-Owner: <mailto:newsroom@news.example.org>
List-Post: NO
Feedback-ID: 20200314:daily-headlines:edition:harbournews
Precedence: bulk
X-Auto-Response-Suppress: All
Content-Type: multipart/alternative;
 boundary="{BOUNDARY}"
"""

NAMES = (
    *("from:from:to:to:subject:subject:date:date:reply-to:reply-to:", "message-id:message-id:"),
    *("content-type:content-type:", "mime-version:feedback-id:list-id:list-help:list-archive:list-owner:list-post:"),
    *("list-unsubscribe:list-unsubscribe:", "list-unsubscribe-post:list-unsubscribe-post"),
)


def signature(algorithm="rsa-sha256", selector="r2020", octets=256, names=NAMES) -> str:
    """Give a DKIM-Signature of the right shape; no key made it."""
    tags = f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\n d=news.example.org; s={selector};\n h="
    covered = "\n ".join(names)
    return f"{tags}{covered};\n bh={'B' * 43}=;\n b={base64.encodebytes(b's' * octets).decode()}".replace(
        "\n", "\n "
    ).rstrip()


TEXT = f"""\
DAILY HEADLINES
Saturday, 14 March 2020 · Port Alder

View in browser:
https://news.example.org/archive/daily-headlines/2020-03-14

The bridge is open, the council is not agreed, and the herons are back.

----------------------------------------------------------------------

HARBOUR BRIDGE REOPENS AFTER NINE MONTHS

Ferries went back to their summer timetable on Friday evening, an hour
after the first lorry crossed. The mayor walked behind it. “It holds,”
she said.
https://www.harbournews.example.org/2020/03/13/bridge-reopens?from=mail&edition=morning

COUNTRY

* Herons return to the Alder marshes (The Marsh Gazette)
  https://marsh.example.net/herons-return

----------------------------------------------------------------------

You get this mail because {READER} asked for Daily Headlines.
Leave: {UNSUBSCRIBE}
Choose what you get: https://news.example.org/preferences/Kq3vT9xw2LmP0aZr
Questions: newsroom@news.example.org

The Harbour News, 4 Quay Street, Port Alder
"""

HTML = f"""\
<!DOCTYPE html>
<html lang="en" dir="ltr" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<meta name="color-scheme" content="light dark">
<title>{SUBJECT}</title>
<!--[if mso]>
<noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>
<![endif]-->
<style data-premailer="ignore">
/* phones; */
@media (max-width: 599px) {{
  .gutter {{ padding-left: 16px !important; padding-right: 16px !important }}
  .thumb {{ width: 100% !important; }}
}}
@media (prefers-color-scheme: dark) {{
  .paper {{ background-color: #17181a !important; color: #ece9e4 !important; }}
  .grey {{ color: #a9a49b !important; }}
}}
[data-ogsc] .paper, [data-ogsc] .wrapper {{ color: #ece9e4; }}
</style>
</head>
<body style="margin:0;background-color:#f4f2ee">
<div class="wrapper" lang="en" dir="ltr">
<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->
<table role="presentation" class="paper" width="100%" style="max-width:600px;background-color:#ffffff"><tr>
<td class="gutter" style="padding:24px;font-family:Georgia,'Times New Roman',serif;font-size:16px;line-height:24px">
<h1 style="font-size:32px;line-height:40px">Daily Headlines</h1>
<p>Saturday, 14 March 2020 · Port Alder ·
<a href="https://news.example.org/archive/daily-headlines/2020-03-14">View in browser</a></p>
<p style="font-size:18px">The bridge is open, the council is not agreed, and the herons are back.</p>
<a href="https://www.harbournews.example.org/2020/03/13/bridge-reopens?from=mail&amp;edition=morning">
<img class="thumb" src="https://www.harbournews.example.org/pictures/bridge.jpg" alt="A lorry on the bridge at dusk"
width="552" height="311" style="display:block;border:0;font-size:14px;color:#5f5b53"></a>
<h2><a href="https://www.harbournews.example.org/2020/03/13/bridge-reopens?from=mail&amp;edition=morning">Harbour
bridge reopens after nine months</a></h2>
<p>Ferries went back to their summer timetable on Friday evening, an hour after the first lorry crossed. The mayor
walked behind it. “It holds,” she said.</p>
<h2>Country</h2>
<h3><a href="https://marsh.example.net/herons-return">Herons return to the Alder marshes</a></h3>
<p>The Marsh Gazette</p>
<p class="grey" style="font-size:14px;color:#5f5b53">You get this mail because {READER} asked for Daily Headlines.
<a href="{UNSUBSCRIBE}">Unsubscribe</a> ·
<a href="https://news.example.org/preferences/Kq3vT9xw2LmP0aZr">Choose what you get</a> ·
<a href="mailto:newsroom@news.example.org">Questions</a></p>
<p class="grey" style="font-size:14px;color:#5f5b53">The Harbour News, 4 Quay Street, Port Alder</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body>
</html>
"""


@dataclass(frozen=True)
class Newsletter:
    """The message before it is encoded: `headers` are wire lines, with \\n for CRLF."""

    headers: str = HEADERS
    text: str = TEXT
    html: str = HTML
    charset: str = "utf-8"
    encoding: str = "quoted-printable"

    def header(self, old: str, new: str) -> "Newsletter":
        """Change a piece of the headers."""
        return replace(self, headers=_changed(self.headers, old, new))

    def without(self, name: str) -> "Newsletter":
        """Drop the one-line header *name*."""
        lines = [line for line in self.headers.splitlines(keepends=True) if not line.startswith(f"{name}:")]
        assert len(lines) == len(self.headers.splitlines()) - 1, name
        return replace(self, headers="".join(lines))

    def plain(self, old: str, new: str) -> "Newsletter":
        """Change a piece of the text part."""
        return replace(self, text=_changed(self.text, old, new))

    def rich(self, old: str, new: str) -> "Newsletter":
        """Change a piece of the HTML part, wherever it stands."""
        return replace(self, html=_changed(self.html, old, new))

    def everywhere(self, old: str, new: str) -> "Newsletter":
        """Change a piece of headers and both parts."""
        return self.header(old, new).plain(old, new).rich(old, new)

    def body(self, snippet: str) -> "Newsletter":
        """Put *snippet* between two stories of the HTML part."""
        return self.rich("<h2>Country</h2>", f"<h2>Country</h2>{snippet}")

    def subject(self, wire: str, decoded: str) -> "Newsletter":
        """Set another subject, in the title too."""
        titled = self.rich(f"<title>{SUBJECT}</title>", f"<title>{decoded}</title>")
        return titled.header(f"Subject: {SUBJECT}", f"Subject: {wire}")

    def add(self, lines: str) -> "Newsletter":
        """Add header lines."""
        return self.header("Precedence:", f"{lines}\nPrecedence:")

    def on_the_wire(self, old: bytes, new: bytes) -> bytes:
        """Change the first such piece of the encoded message."""
        assert old in self.wire()
        return self.wire().replace(old, new, 1)

    def part(self, subtype: str, content: str) -> bytes:
        """Encode one part."""
        raw = content.encode(self.charset)
        encoded = quopri.encodestring(raw) if self.encoding == "quoted-printable" else base64.encodebytes(raw)
        if self.encoding == "8bit":
            encoded = raw
        head = f"Content-Type: text/{subtype}; charset={self.charset}\nContent-Transfer-Encoding: {self.encoding}\n\n"
        return crlf(head.encode() + encoded)

    def assemble(self, *parts: bytes) -> bytes:
        """Put the headers and encoded *parts* together."""
        divider = f"--{BOUNDARY}".encode()
        body = b"".join(divider + b"\r\n" + part + b"\r\n" for part in parts)
        return crlf(self.headers.encode()) + b"\r\n" + body + divider + b"--\r\n"

    def wire(self) -> bytes:
        """Return the bytes that would leave."""
        return self.assemble(self.part("plain", self.text), self.part("html", self.html))


def crlf(raw: bytes) -> bytes:
    """End every line as the wire wants."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _changed(text: str, old: str, new: str) -> str:
    assert old in text, f"the valid message holds no {old!r}"
    return text.replace(old, new)
