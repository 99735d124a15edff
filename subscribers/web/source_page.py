"""The page that a form stood on, as the consent record keeps it (S13)."""

from urllib.parse import urlsplit

LONGEST = 200


def source_page(referer: str, origin: str) -> str | None:
    """Return origin and path of the page named by *referer*, else by *origin*; None when neither names one.

    Never its query or fragment, where a site may keep what is nobody else's business. At most 200 characters.
    """
    return _place(referer) or _place(origin)


def _place(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or not url.isprintable():
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"[:LONGEST]
