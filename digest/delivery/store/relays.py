"""How the relays are, as the senders see them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, SQLModel, col, delete

from digest.delivery.store.rows import insert_into
from digest.delivery.tables import RelayTroubleRow

_TROUBLE = SQLModel.metadata.tables["relay_trouble"]


def record_relays(session: Session, troubles: Mapping[str, str], well: Collection[str], now: datetime) -> None:
    """Record why relays are left alone at *now*, by their names, and forget it of those that are *well*.

    `since` stays what it was: one that nobody has seen well meanwhile is unwell since then.
    """
    for relay, trouble in troubles.items():
        row = {"relay": relay, "trouble": trouble, "since": now, "seen_at": now}
        seen = {"trouble": trouble, "seen_at": now}
        insert = insert_into(session, _TROUBLE).values(row)
        session.execute(insert.on_conflict_do_update(index_elements=["relay"], set_=seen))
    if well:
        session.execute(delete(RelayTroubleRow).where(col(RelayTroubleRow.relay).in_(sorted(well))))
