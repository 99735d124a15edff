"""The circuit breaker of one relay: when to leave it alone, and when to ask again.

Pure; moments are monotonic seconds.
"""

from dataclasses import dataclass, field

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# So many refusals by policy without one message taken between them are the relay's opinion of us, not of readers (B04).
POLICY_REFUSALS = 10


@dataclass
class Breaker:
    """Open (leave the relay alone), closed (all is well), or between: one connection may try.

    It opens when the relay gives no session, ends one before it took anything, or refuses by policy again and again.
    A pause doubles with every trial that fails, from 1 s to 60 s, and is forgotten once a message is taken.
    """

    trouble: str = ""
    _pause: float = field(default=0.0, repr=False)
    _open_until: float = field(default=0.0, repr=False)
    _on_trial: bool = field(default=False, repr=False)
    _policy_refusals: int = field(default=0, repr=False)

    @property
    def is_closed(self) -> bool:
        """Say whether nothing is known against the relay."""
        return not self.trouble

    def wait(self, now: float) -> float:
        """Return the seconds until a connection may be tried: 0 for at once.

        Who is told 0 while it is not closed is the one that tries.
        """
        if self.is_closed:
            return 0.0
        if now < self._open_until:
            return self._open_until - now
        if self._on_trial:
            return self._pause
        self._on_trial = True
        return 0.0

    def open(self, trouble: str, now: float) -> bool:
        """Leave the relay alone for a while; say whether that is news. What came before the pause changes nothing."""
        if now < self._open_until:
            return False
        is_news = self.is_closed
        self.trouble, self._on_trial = trouble, False
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        self._open_until = now + self._pause
        self._policy_refusals = 0
        return is_news

    def refused_by_policy(self) -> bool:
        """Count a refusal by policy; say whether there were enough of them to leave the relay alone."""
        self._policy_refusals += 1
        return self._policy_refusals >= (POLICY_REFUSALS if self.is_closed else 1)

    def took_a_message(self) -> bool:
        """Close: the relay works. Say whether that is news."""
        self._policy_refusals = 0
        if self.is_closed:
            return False
        self.trouble, self._pause, self._open_until, self._on_trial = "", 0.0, 0.0, False
        return True

    def trial_ended(self) -> None:
        """Let another connection try: the one on trial ended with nothing to say for or against the relay."""
        self._on_trial = False
