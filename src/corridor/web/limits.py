"""How often somebody may try: a window that slides, kept in memory (one process serves)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from corridor.errors import CorridorError

MOST_KEYS = 10_000


class Limit:
    """At most ``most`` attempts in ``seconds`` for each key."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Count one attempt. Raises WEB-TOO-MANY where there were too many already."""
        moment = self._clock()
        with self._lock:
            if key not in self._seen and len(self._seen) >= MOST_KEYS:
                self._forget(moment)
            times = self._seen.setdefault(key, deque())
            while times and times[0] <= moment - self.seconds:
                times.popleft()
            if len(times) >= self.most:
                raise CorridorError(
                    "WEB-TOO-MANY",
                    "There were too many requests.",
                    why=f"At most {self.most} are answered in {self.seconds:g} seconds.",
                    todo="Wait a minute, then try again.",
                )
            times.append(moment)

    def _forget(self, moment: float) -> None:
        """Drop what has run out; where a flood left nothing to drop, start anew."""
        kept = {
            key: times for key, times in self._seen.items() if times and times[-1] > moment - self.seconds
        }
        self._seen = kept if len(kept) < MOST_KEYS else {}
