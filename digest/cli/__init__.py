"""The command line: the wiring, and with the web edge the only reader of the clock and of the settings."""

from digest.cli.app import main

__all__ = ["main"]
