"""How often somebody may try: a sliding window, counted in the state, so that every process counts alike."""

from __future__ import annotations

import time
from collections.abc import Callable

from corridor.errors import CorridorError
from corridor.web.state import State, fingerprint

SLOTS = 10  # of a window: an attempt is forgotten to a tenth of it exactly


class Limit:
    """At most ``most`` attempts in ``seconds`` for each key, where ``kind`` says of what."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock

    def take(self, state: State, kind: str, key: str) -> None:
        """Count one attempt. Raises WEB-TOO-MANY where there were too many already."""
        if self._counted(state, kind, fingerprint(key)) >= self.most:
            raise CorridorError(
                "WEB-TOO-MANY",
                "There were too many requests.",
                why=f"At most {self.most} are answered in {self.seconds:g} seconds.",
                todo="Wait a minute, then try again.",
            )

    def _counted(self, state: State, kind: str, key: str) -> int:
        """How many there were before this one; this one is counted unless there were too many."""
        moment = self._clock()
        slot = int(moment * SLOTS // self.seconds)
        with state.writing(durable=False) as con:
            con.execute("delete from attempt where ends <= ?", [int(moment)])
            row = con.execute(
                "select coalesce(sum(times), 0) as times from attempt "
                "where kind = ? and key = ? and slot > ?",
                [kind, key, slot - SLOTS],
            ).fetchone()
            before = int(row["times"])
            if before < self.most:
                con.execute(
                    "insert into attempt values (?, ?, ?, 1, ?) "
                    "on conflict (kind, key, slot) do update set times = attempt.times + 1",
                    [kind, key, slot, int(moment + self.seconds) + 1],
                )
        return before
