"""Domains that hand out mailboxes for minutes: whoever signs up there is rarely a reader (S12)."""

from disposable_email_domains import blocklist


def is_disposable(domain: str) -> bool:
    """Say whether *domain*, in lower-case A-labels, or one that it lies below, is such a domain."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
