"""What this machine must be like, judged: who may read secrets, the disk, the clock. Pure."""

from digest.doctor.finding import Finding, Unanswered, fault, unchecked, warning, well

OTHERS, GROUP = 0o007, 0o070
LITTLE_BYTES, TOO_LITTLE_BYTES = 2_000_000_000, 200_000_000
# Two senders' clocks may differ by this much before one takes the other for dead.
SKEW_SECONDS, WORST_SKEW_SECONDS = 5.0, 20.0


def judge_permissions(path: str, mode: int | Unanswered) -> Finding:
    """Judge who may read a file or folder of secrets, by its *mode*."""
    subject = f"permissions {path}"
    if isinstance(mode, Unanswered):
        return unchecked(subject, mode.why)
    if mode & OTHERS:
        return fault(subject, f"everybody on this machine may use it ({mode & 0o777:03o})", f"chmod o-rwx,g-w {path}")
    if mode & GROUP & 0o020:
        return warning(subject, f"its group may change it ({mode & 0o777:03o})", f"chmod g-w {path}")
    return well(subject, f"{mode & 0o777:03o}")


def judge_disk(folder: str, free: int | Unanswered) -> Finding:
    """Judge the *free* bytes where the database and the journals are."""
    subject = f"disk {folder}"
    if isinstance(free, Unanswered):
        return unchecked(subject, free.why)
    words = f"{free / 1e9:,.1f} GB are free"
    if free < TOO_LITTLE_BYTES:
        return fault(subject, words, "make room: a full disk stops every edition")
    return (
        warning(subject, words, "make room before a large audience needs it")
        if free < LITTLE_BYTES
        else well(subject, words)
    )


def judge_skew(of: str, seconds: float | Unanswered) -> Finding:
    """Judge by how many *seconds* this machine's clock is ahead of another's."""
    subject = "clock"
    if isinstance(seconds, Unanswered):
        return unchecked(subject, seconds.why)
    words = f"it differs by {abs(seconds):.0f} s from that of {of}"
    if abs(seconds) > WORST_SKEW_SECONDS:
        return fault(
            subject, words, "run NTP: editions go out at the wrong time, and senders take one another for dead"
        )
    return warning(subject, words, "run NTP") if abs(seconds) > SKEW_SECONDS else well(subject, words)
