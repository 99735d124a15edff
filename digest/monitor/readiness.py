"""What keeps a service from its work beside its database: a look that can't be used, a clock that stands still."""

import logging
from collections.abc import Callable

from digest.building import template_of
from digest.errors import BadInputError
from digest.monitor.kept import Kept
from digest.rendering.template import load_template
from digest.settings import Settings
from digest.web.health import Check

LOOK_AGAIN_SECONDS = 60.0
# The clock looks every five seconds, and waits thirty for a locked database.
SILENCE_SECONDS = 90.0
_log = logging.getLogger(__name__)


def looks_usable(settings: Settings) -> Check:
    """Return the check that every newsletter's look can be read; it is made once a minute at the most."""
    return Kept(lambda: _unusable_look(settings), LOOK_AGAIN_SECONDS).get


def clock_alive(silence: Callable[[], float]) -> Check:
    """Return the check that the clock looks what is due; *silence* says for how many seconds it has not."""

    def check() -> str | None:
        seconds = silence()
        return f"the clock has not looked what is due for {seconds:.0f} s" if seconds > SILENCE_SECONDS else None

    return check


def _unusable_look(settings: Settings) -> str | None:
    for slug, newsletter in settings.newsletters.items():
        try:
            load_template(template_of(newsletter))
        except BadInputError as error:
            _log.error("not ready: the look of %s can't be used: %s", slug, error)
            return f"the look of {slug} can't be used; the log says why"
    return None
