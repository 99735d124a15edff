"""The editor's hand: what was decided about single stories of an edition, by whom and when."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "edition_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("edition_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_override_local_date"), ["local_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_edition_override_newsletter"), ["newsletter"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("edition_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_override_newsletter"))
        batch_op.drop_index(batch_op.f("ix_edition_override_local_date"))

    op.drop_table("edition_override")
