"""Signing up: the mails that it asks for, and the tallies that hold it within bounds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OPEN = "status IN ('queued', 'claimed', 'begun') AND kind IN ('confirm', 'change')"


def upgrade() -> None:
    op.create_table(
        "system_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("new_email", sa.String(length=320), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("enhanced_code", sa.String(length=16), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    _index("ix_system_mail_open", ["address_hash"], OPEN, unique=True)
    _index("ix_system_mail_queued", ["due_at"], "status = 'queued'")
    _index("ix_system_mail_in_hand", ["claimed_by"], "status IN ('claimed', 'begun')")
    op.create_index("ix_system_mail_address", "system_mail", ["address_hash", "created_at"])
    op.create_index("ix_system_mail_edition", "system_mail", ["subscriber_id", "edition_id"], unique=True)
    op.create_table(
        "tally",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key_hash", "window_start"),
    )


def downgrade() -> None:
    op.drop_table("tally")
    op.drop_table("system_mail")


def _index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    only = sa.text(condition)
    op.create_index(name, "system_mail", columns, unique=unique, sqlite_where=only, postgresql_where=only)
