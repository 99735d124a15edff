"""The errors a person meets, by what they mean for the exit code."""


class DigestError(Exception):
    """Something did not fully succeed; the message says what, on which thing, and what to do.

    The command line prints it as one line and leaves with `exit_code`.
    """

    exit_code = 1


class BadInputError(DigestError):
    """What was given (configuration, argument, date, database address) can't be used."""

    exit_code = 2
