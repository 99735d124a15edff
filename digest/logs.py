"""The log: every line of every library goes one way to standard error, and no reader can be read in it.

Whoever has something to say takes a logger of the standard library; here alone it is known what becomes of a line.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TextIO

import structlog

from digest.settings.log import LoggingSettings

OURS = ("digest", "subscribers")
ABOUT = ("newsletter", "edition")
# What a relay or a database answered may name a reader, and a traceback whatever was at hand.
_ADDRESS = re.compile(r"""[^\s@<>"'(),;:/=]+(?:@|%40)(?=[\w-]+\.[\w-])""")
_LOGIN = re.compile(r"(?<=://)[^\s/:]*:[^\s/]*@")
_TOKEN = re.compile(
    r"(?<=/u/)[\w-]+|(?<=/confirm/)[\w-]+|(?<=/preferences/)[\w-]+|(?<=/change/)[\w-]+|(?<=/not-me/)[\w-]+"
    r"|(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{30}(?![\w-])|\b[\da-f]{44}\b"
)
_log = logging.getLogger(__name__)


def start_logging(settings: LoggingSettings) -> None:
    """Let all that is logged in this process from now on be written to standard error as *settings* have it.

    To repeat it is harmless; handlers that others have added stay.
    """
    is_console = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    handler = _StandardError()
    handler.setFormatter(_formatter(is_console=is_console))
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, _StandardError)]:
        root.removeHandler(former)
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.level.upper())
    logging.captureWarnings(capture=True)
    threading.excepthook = _tell_of_thread


@contextmanager
def speaking_of(newsletter: str, local_date: date) -> Iterator[None]:
    """Let every line that is logged in the block, or by tasks begun in it, name that edition."""
    with structlog.contextvars.bound_contextvars(newsletter=newsletter, edition=str(local_date)):
        yield


def of_edition(newsletter: str, local_date: date) -> dict[str, str]:
    """Return the `extra` of one line that is about that edition."""
    return {"newsletter": newsletter, "edition": str(local_date)}


@contextmanager
def last_words() -> Iterator[None]:
    """Be a spawned process: what ends it is logged like all else, and it leaves with 1.

    Raises:
        SystemExit: something did.
    """
    try:
        yield
    except Exception as error:
        _log.exception("a process ends")
        raise SystemExit(1) from error


def discreet(text: str) -> str:
    """Return *text* without the names of mailboxes, without logins and without tokens."""
    return _TOKEN.sub("…", _ADDRESS.sub("…@", _LOGIN.sub("…@", text)))


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever is standard error at that time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # the base keeps the one it was made with
        return sys.stderr


def _formatter(*, is_console: bool) -> logging.Formatter:
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if is_console:
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain, pad_event_to=0)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=ABOUT),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _made_discreet,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def _made_discreet(_logger: Any, _method: str, line: Any) -> Any:
    return {key: discreet(value) if isinstance(value, str) else value for key, value in line.items()}


def _tell_of_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        name = ended.thread.name if ended.thread else "a thread"
        _log.error("%s ends", name, exc_info=ended.exc_value)
