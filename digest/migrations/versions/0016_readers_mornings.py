"""Readers' mornings: the zone a reader lives in, and until when a copy may go out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_EXPIRING = sa.text("status = 'queued' AND deadline IS NOT NULL")


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("timezone", sa.String(length=64), nullable=True))
    op.add_column("delivery", sa.Column("deadline", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_delivery_expiring",
        "delivery",
        ["edition_id", "deadline"],
        sqlite_where=_EXPIRING,
        postgresql_where=_EXPIRING,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_expiring", "delivery")
    # Not in a batch, which would make the tables anew: others refer to subscribers.
    op.drop_column("delivery", "deadline")
    op.drop_column("subscriber", "timezone")
