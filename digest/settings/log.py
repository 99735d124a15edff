"""The part of the configuration that says how the log is written: `[logging]`."""

from typing import Literal

from digest.settings.part import Part


class LoggingSettings(Part):
    """`[logging]`: its form, and from which level on our own lines are told; of libraries only warnings are.

    `auto` is for people at a terminal, and JSON for anybody else.
    """

    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
