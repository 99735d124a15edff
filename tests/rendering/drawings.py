"""Pictures for the tests, drawn here: a sky, a sea, a quay and a few ferries."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """Return a harbour at dawn as a PNG file of *width* x *height* px."""
    rows = b"".join(b"\0" + b"".join(_colour(x / width, y / height) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def _colour(x: float, y: float) -> bytes:
    for left in (0.12, 0.42, 0.70):
        if left < x < left + 0.2 and 0.55 < y < 0.66 - abs(x - left - 0.1) * 0.3:
            return bytes((236, 233, 226))
        if left + 0.04 < x < left + 0.15 and 0.47 < y <= 0.55:
            return bytes((214, 208, 196))
    if y < 0.6:
        return bytes((int(120 + 110 * y), int(140 + 60 * y), int(170 - 30 * y)))
    if y < 0.86:
        return bytes((int(90 - 40 * y), int(120 - 40 * y), int(135 - 30 * y)))
    return bytes((70, 64, 58))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
