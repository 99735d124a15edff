"""Articles that are held back until an instant, or that their outlet has withdrawn."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("article", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("article", sa.Column("withdrawn", sa.Boolean(), nullable=True))
    with op.batch_alter_table("article") as article:
        article.create_index(article.f("ix_article_not_before"), ["not_before"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("article") as article:
        article.drop_index(article.f("ix_article_not_before"))
        article.drop_column("withdrawn")
        article.drop_column("not_before")
