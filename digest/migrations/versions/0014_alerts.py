"""Alerts and who was told of them; what a rehearsal of an edition found; since when a newsletter is known."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OPEN, _UNDONE = sa.text("over_at IS NULL"), sa.text("done_at IS NULL")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("over_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_alert_open", "alert", ["code", "subject"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "alert_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=320), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "about"),
    )
    op.create_index(
        "ix_alert_notice_undone", "alert_notice", ["due_at"], sqlite_where=_UNDONE, postgresql_where=_UNDONE
    )
    op.create_table(
        "edition_rehearsal",
        sa.Column("newsletter", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("obstacle", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("newsletter", "local_date"),
    )
    op.create_table(
        "known_newsletter",
        sa.Column("newsletter", sa.String(length=64), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.PrimaryKeyConstraint("newsletter"),
    )
    op.create_table(
        "relay_trouble",
        sa.Column("relay", sa.String(length=300), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("relay"),
    )
    op.create_table(
        "canary_receipt",
        sa.Column("newsletter", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "local_date"),
    )


def downgrade() -> None:
    op.drop_table("canary_receipt")
    op.drop_table("relay_trouble")
    op.drop_table("known_newsletter")
    op.drop_table("edition_rehearsal")
    op.drop_index("ix_alert_notice_undone", "alert_notice")
    op.drop_table("alert_notice")
    op.drop_index("ix_alert_open", "alert")
    op.drop_table("alert")
