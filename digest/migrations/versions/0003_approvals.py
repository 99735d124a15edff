"""Approvals: which bytes an editor approved for an edition."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "edition_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("edition_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_approval_local_date"), ["local_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_edition_approval_newsletter"), ["newsletter"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("edition_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_approval_newsletter"))
        batch_op.drop_index(batch_op.f("ix_edition_approval_local_date"))

    op.drop_table("edition_approval")
