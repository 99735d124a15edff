"""The table of the clock."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class LeaseRow(SQLModel, table=True):
    """Who acts, of all that could: `holder` is a number no other process has, `host` its machine and process.

    `beats` grows while the holder lives; that it stands still, and for how long, each of the others sees for itself.
    """

    __tablename__ = "lease"

    name: str = Field(primary_key=True, max_length=32)
    holder: str = Field(max_length=36)
    host: str
    beats: int
    taken_at: datetime = Field(sa_type=Instant)
