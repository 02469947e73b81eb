"""A token bucket: so many requests a second, fewer after the cloud throttled, and slowly back to the full rate."""

from __future__ import annotations

import threading
import time

_LEAST = 0.5


class Bucket:
    """`take` says how long the next request must wait. Safe for threads."""

    def __init__(self, rate: float) -> None:
        self.full_rate = self.rate = rate
        self._tokens, self._at = rate, time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Reserve one request and return how many seconds to wait for it."""
        with self._lock:
            now = time.monotonic()
            passed, self._at = now - self._at, now
            self.rate = min(self.full_rate, self.rate * (1 + 0.01 * passed))
            self._tokens = min(self.rate, self._tokens + passed * self.rate) - 1
            return max(0.0, -self._tokens / self.rate)

    def slow_down(self) -> None:
        with self._lock:
            self.rate = max(min(_LEAST, self.full_rate), self.rate * 0.7)
            self._tokens = min(self._tokens, 0.0)
