"""The one base of what this package raises."""


class SubscribersError(Exception):
    """Something about a reader or their consent that the caller must hear about."""
