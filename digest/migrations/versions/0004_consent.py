"""Consent: who confirmed, who paused, on what words; and a log of it that nothing changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REFUSAL = "consent is append-only"
REFUSING = {
    "sqlite": [
        f"CREATE TRIGGER consent_is_append_only BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER consent_is_append_only BEFORE UPDATE ON consent"
        " FOR EACH ROW EXECUTE FUNCTION consent_is_append_only()",
    ],
}
NO_LONGER_REFUSING = {
    "sqlite": ["DROP TRIGGER consent_is_append_only"],
    "postgresql": ["DROP TRIGGER consent_is_append_only ON consent", "DROP FUNCTION consent_is_append_only()"],
}


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, columns in _new_columns().items():
        for column in columns:
            op.add_column(table, column)
    op.execute("UPDATE subscription SET confirmed_at = changed_at WHERE status = 'active'")
    _index("ix_subscription_paused", "paused_until", "status = 'paused'")
    _index("ix_subscription_unconfirmed", "changed_at", "status IN ('pending', 'returning')")
    _run(REFUSING)


def downgrade() -> None:
    _run(NO_LONGER_REFUSING)
    for index in ("ix_subscription_unconfirmed", "ix_subscription_paused"):
        op.drop_index(index, "subscription")
    # The version before knows neither: who paused, or never confirmed their return, is not to be mailed.
    op.execute("UPDATE subscription SET status = 'unsubscribed' WHERE status IN ('paused', 'returning')")
    for table, columns in _new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)
    op.drop_table("wording")


def _new_columns() -> dict[str, list[sa.Column[object]]]:
    """Return the columns to add: plain and nullable, so that neither database rewrites its rows for them."""
    return {
        "subscription": [
            sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
            sa.Column("asked_in", sa.Integer(), nullable=True),
        ],
        "consent": [
            sa.Column("wording", sa.String(length=16), nullable=True),
            sa.Column("ip", sa.String(length=43), nullable=True),
            sa.Column("page", sa.String(length=200), nullable=True),
        ],
    }


def _index(name: str, column: str, condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, "subscription", [column], sqlite_where=only, postgresql_where=only)


def _run(statements: dict[str, list[str]]) -> None:
    for statement in statements[op.get_bind().dialect.name]:
        op.execute(statement)
