"""Whether the process lives and whether it can serve."""

import logging

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from digest.database import Database
from digest.errors import BadInputError
from digest.schema import SchemaState, schema_state

ALL_WELL, UNAVAILABLE = 200, 503
LOG = logging.getLogger("digest.web")
# Short, for anybody may ask; the log tells the operator the rest.
REASONS = {
    SchemaState.EMPTY: "the database has no tables; run 'digest db upgrade'",
    SchemaState.OLDER: "the database has the tables of an older version; run 'digest db upgrade'",
    SchemaState.NEWER: "the database has the tables of a newer version; install that one",
}


def health_pages(database: Database) -> APIRouter:
    """Return the routes for a supervisor: `/healthz` (the process answers) and `/readyz` (the database does)."""
    router = APIRouter()
    router.add_api_route("/healthz", _alive, methods=["GET", "HEAD"])
    router.add_api_route("/readyz", lambda: _ready(database), methods=["GET", "HEAD"])
    return router


def unreadiness(database: Database) -> str | None:
    """Return why the database can't be worked with, or None when it can."""
    if database.is_missing():
        return "there is no database; run 'digest db upgrade'"
    try:
        return REASONS.get(schema_state(database))
    except BadInputError as error:
        LOG.warning("not ready: %s", error)
        return "the database does not answer"


async def _alive() -> PlainTextResponse:
    return PlainTextResponse("alive\n")


def _ready(database: Database) -> PlainTextResponse:
    reason = unreadiness(database)
    return PlainTextResponse(f"{reason or 'ready'}\n", status_code=UNAVAILABLE if reason else ALL_WELL)
