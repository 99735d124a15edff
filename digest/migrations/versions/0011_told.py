"""What a mailed story told, for a later change to be held against, and whether it came back as an updated one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("edition_story", sa.Column("told", sa.Text(), nullable=True))
    op.add_column("edition_story", sa.Column("updated", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("edition_story") as edition_story:
        edition_story.drop_column("updated")
        edition_story.drop_column("told")
