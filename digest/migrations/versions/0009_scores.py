"""Scores: the points of an edition's stories, part by part, and the first that found no place in it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("edition_story", sa.Column("parts", sa.Text(), nullable=True))
    op.create_table(
        "edition_runner_up",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("lacked", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.PrimaryKeyConstraint("edition_id", "place"),
    )


def downgrade() -> None:
    op.drop_table("edition_runner_up")
    with op.batch_alter_table("edition_story") as edition_story:
        edition_story.drop_column("parts")
