"""A web server with the feeds of many invented outlets; it answers 304 to whoever has them already."""

# A list of words reads best as text.
# ruff: noqa: SIM905

import argparse
import asyncio
from datetime import timedelta
from email.utils import format_datetime
from html import escape

from benchmarks.sample import CUTOFF

PARAGRAPH = (
    "The harbour board voted on {day} to deepen the eastern basin, {number} years after it was dug. "
    "Two of the members were against it and said so for an hour. The work begins in spring and is to end before the "
    "herring come. Boats of more than twelve metres will use the western quay until then, and pay nothing for it."
)
WORDS = "harbour council bridge storm school budget ferry strike museum forest market railway hospital election".split()


def feed(outlet: int, entries: int) -> bytes:
    """Write the feed of *outlet*, with bodies of some kilobytes and pictures."""
    items = "".join(_item(outlet, entry) for entry in range(entries))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
        'content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Outlet {outlet}</title><link>https://outlet{outlet}.example/</link><language>en-gb</language>{items}"
        "</channel></rss>"
    ).encode()


def _item(outlet: int, entry: int) -> str:
    at = CUTOFF - timedelta(minutes=7 * entry + outlet % 7)
    words = [WORDS[(outlet * 7 + entry * 3 + step) % len(WORDS)] for step in range(5)]
    url = f"https://outlet{outlet}.example/{at:%Y/%m/%d}/{entry}-{'-'.join(words)}"
    paragraphs = [PARAGRAPH.format(day=f"{at:%A}", number=number + 3) for number in range(8)]
    body = "".join(f'<p>{text} <a href="/more?utm_source=rss">More</a></p>' for text in paragraphs)
    return (
        f"<item><title>{' '.join(words).capitalize()} &amp;amp; more | Outlet {outlet}</title>"
        f"<link>{url}?utm_source=rss&amp;utm_medium=feed</link><guid>{outlet}-{entry}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><dc:creator>Ada Lind</dc:creator><category>World</category>"
        f"<description>{escape(escape(f'<p>{paragraphs[0]}</p>', quote=False), quote=False)}</description>"
        f"<content:encoded><![CDATA[<div>{body}</div>]]></content:encoded>"
        f'<media:content url="https://pictures.outlet{outlet}.example/{entry}.jpg" medium="image" width="1024" '
        'height="576"><media:credit>Jo Hart</media:credit></media:content></item>'
    )


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, entries: int) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    outlet = int(head.split(" ", 2)[1].strip("/"))
    tag = f'"{outlet}-1"'
    if f"if-none-match: {tag}" in head.lower():
        writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode())
    else:
        body = feed(outlet, entries)
        writer.write(
            f"HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Type: application/rss+xml; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )
    await writer.drain()
    writer.close()


async def _serve(entries: int) -> None:
    server = await asyncio.start_server(lambda reader, writer: _answer(reader, writer, entries), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=50)
    asyncio.run(_serve(parser.parse_args().entries))
