"""Messages that break one statement about lines, encodings, parts and sizes: (statement, what is broken, message)."""

from dataclasses import replace

from valid_newsletter import BOUNDARY, HTML, TEXT, Newsletter

GOOD = Newsletter()
PLAIN = GOOD.part("plain", TEXT)
RICH = GOOD.part("html", HTML)
CLOSING = f"--{BOUNDARY}--\r\n".encode()
ROW_END = b"</td></tr></table>\r\n"
ASCII = str.maketrans({"“": "'", "”": "'", "·": "-"})

ZIP = b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA=="
CSV = b"Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\na;b"

BROKEN: list[tuple[str, str, Newsletter | bytes]] = [
    ("H07", "a bare LF", GOOD.on_the_wire(ROW_END, ROW_END[:-2] + b"\n")),
    ("H07", "a bare CR", GOOD.on_the_wire(b"</td></tr></table>", b"</td>\r</tr></table>")),
    ("H07", "a NUL", GOOD.on_the_wire(b"Port Alder", b"Port\0Alder")),
    ("H07", "no final CRLF", GOOD.wire().removesuffix(b"\r\n")),
    ("H07", "a long header not folded", GOOD.header("List-Post: NO", f"List-Post: NO ({'no answer ' * 8})")),
    ("H07", "a line of 999 octets", GOOD.add("X-Trace: " + "t" * 990)),
    ("H08", "a quoted-printable line of 77", GOOD.on_the_wire(b"</html>", b"</html><!--" + b"x" * 63 + b"-->")),
    ("H08", "an escape without digits", GOOD.on_the_wire(b"align=3D", b"align=")),
    ("H08", "white space at the end of a line", GOOD.on_the_wire(b"</html>", b"</html> ")),
    ("H08", "bytes outside ASCII in quoted-printable", GOOD.on_the_wire(b"=C2=B7", "·".encode())),
    ("H08", "an encoded-word of 76", GOOD.subject(f"=?utf-8?q?{'s' * 64}?=", "s" * 64)),
    ("H08", "a header outside ASCII", GOOD.subject("Häfen", "Häfen")),
    (
        "H09",
        "another charset",
        replace(GOOD, text=TEXT.translate(ASCII), html=HTML.translate(ASCII), charset="us-ascii"),
    ),
    ("H09", "8bit", replace(GOOD, encoding="8bit")),
    ("H09", "base64 for English", replace(GOOD, encoding="base64")),
    ("H09", "bytes that are not UTF-8", GOOD.on_the_wire(b"=C2=B7", b"=B7")),
    ("H10", "multipart/mixed", GOOD.header("multipart/alternative", "multipart/mixed")),
    ("H10", "HTML first", GOOD.assemble(RICH, PLAIN)),
    ("H10", "no text part", GOOD.assemble(RICH)),
    ("H10", "no HTML part", GOOD.assemble(PLAIN)),
    ("H10", "an empty part between", GOOD.assemble(PLAIN, GOOD.part("x-amp-html", ""), RICH)),
    ("H13", "the boundary inside a part", GOOD.plain("COUNTRY", BOUNDARY)),
    ("H13", "no closing boundary", GOOD.on_the_wire(CLOSING, b"")),
    ("H13", "a header line that is none", GOOD.add("this is no header")),
    ("H13", "an endless Content header", GOOD.add("Content-Description: " + ";\n ".join(["note"] * 200))),
    ("H14", "headers of 16 KB", GOOD.add("\n".join(["X-Trace: trace and trace"] * 700))),
    ("H14", "a message of 1 MB", GOOD.wire() + b"epilogue\r\n" * 110_000),
    ("H14", "an attachment by type", GOOD.assemble(PLAIN, ZIP, RICH)),
    ("H14", "an attachment by disposition", GOOD.assemble(PLAIN, CSV, RICH)),
]
