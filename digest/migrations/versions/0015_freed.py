"""When an article came free that had been withdrawn or held back for longer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("article", sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True))
    # What is known of those whose embargo may have been shortened: so they were taken until now.
    op.execute("UPDATE article SET freed_at = updated_at WHERE not_before IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("article") as article:
        article.drop_column("freed_at")
