"""Whether the process lives and whether it can serve."""

import logging
from collections.abc import Callable, Sequence

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

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
Check = Callable[[], str | None]


def health_pages(database: Database, checks: Sequence[Check] = ()) -> APIRouter:
    """Return the routes for a supervisor: `/healthz` (the process answers) and `/readyz` (it can do its work).

    It can when the database can be worked with and each of *checks* returns None; what else one returns says why not.
    """
    router = APIRouter()
    router.add_api_route("/healthz", _alive, methods=["GET", "HEAD"])
    router.add_api_route("/readyz", lambda: _ready(database, checks), methods=["GET", "HEAD"])
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


def _ready(database: Database, checks: Sequence[Check]) -> JSONResponse:
    found = [unreadiness(database), *(check() for check in checks)]
    reasons = [reason for reason in found if reason]
    return JSONResponse({"ready": not reasons, "reasons": reasons}, UNAVAILABLE if reasons else ALL_WELL)
