"""A ledger for a million readers: no foreign keys, and indexes of nothing but what is under way."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

UNDER_WAY = {
    "queued": ["edition_id", "next_attempt_at", "subscriber_id"],
    "claimed": ["edition_id", "subscription_id"],
    "unknown": ["edition_id", "subscriber_id"],
}
KEYS_OF_DELIVERY = {"edition_id": "edition", "subscriber_id": "subscriber", "subscription_id": "subscription"}


def upgrade() -> None:
    op.drop_index("ix_delivery_queue", "delivery")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(attempt=[], delivery=[])
    else:
        _drop_foreign_keys("attempt")
        _drop_foreign_keys("delivery")
    for status, columns in UNDER_WAY.items():
        of_status = sa.text(f"status = '{status}'")
        op.create_index(
            f"ix_delivery_{status}", "delivery", columns, sqlite_where=of_status, postgresql_where=of_status
        )


def downgrade() -> None:
    for status in UNDER_WAY:
        op.drop_index(f"ix_delivery_{status}", "delivery")
    if op.get_bind().dialect.name == "sqlite":
        of_attempt = sa.ForeignKeyConstraint(
            ["edition_id", "subscriber_id"], ["delivery.edition_id", "delivery.subscriber_id"]
        )
        of_delivery = [sa.ForeignKeyConstraint([key], [f"{table}.id"]) for key, table in KEYS_OF_DELIVERY.items()]
        _make_anew(attempt=[of_attempt], delivery=of_delivery)
    else:
        for key, table in KEYS_OF_DELIVERY.items():
            op.create_foreign_key(None, "delivery", table, [key], ["id"])
        both = ["edition_id", "subscriber_id"]
        op.create_foreign_key(None, "attempt", "delivery", both, both)
    op.create_index("ix_delivery_queue", "delivery", ["edition_id", "status", "next_attempt_at", "subscriber_id"])


def _drop_foreign_keys(table: str) -> None:
    for key in sa.inspect(op.get_bind()).get_foreign_keys(table):
        op.drop_constraint(key["name"] or "", table, type_="foreignkey")


def _make_anew(*, attempt: list[sa.ForeignKeyConstraint], delivery: list[sa.ForeignKeyConstraint]) -> None:
    """Make both tables anew with these foreign keys and the rows they had: SQLite can't change a table's keys."""
    op.rename_table("attempt", "former_attempt")
    op.rename_table("delivery", "former_delivery")
    op.create_table(
        "delivery",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("enhanced_code", sa.String(length=16), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        *delivery,
        sa.PrimaryKeyConstraint("edition_id", "subscriber_id"),
    )
    op.create_table(
        "attempt",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("enhanced_code", sa.String(length=16), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        *attempt,
        sa.PrimaryKeyConstraint("edition_id", "subscriber_id", "number"),
    )
    for table in ("delivery", "attempt"):
        op.execute(f"INSERT INTO {table} SELECT * FROM former_{table}")  # noqa: S608 - our own two names
    for table in ("attempt", "delivery"):
        op.drop_table(f"former_{table}")
