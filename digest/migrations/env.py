"""Alembic's entry: runs the migrations on the connection that `digest.schema` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString

from digest.upgrading import METADATA
from subscribers.instant import Instant


def _plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write columns by their plain types, so that a migration keeps its meaning when our code changes."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=_plain_type,
)
with context.begin_transaction():
    context.run_migrations()
