"""Another address: the mails that ask about one, to be found when the time to answer is over."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEX = "ix_system_mail_wished_for"


def upgrade() -> None:
    only = sa.text("new_email IS NOT NULL")
    op.create_index(INDEX, "system_mail", ["created_at"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    op.drop_index(INDEX, "system_mail")
