"""Mails in vain that an operator excused, so that their address may be asked again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("system_mail", sa.Column("excused_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("system_mail", "excused_at")
