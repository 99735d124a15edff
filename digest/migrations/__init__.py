"""The history of the tables of both packages (Alembic)."""
