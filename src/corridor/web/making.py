"""What takes longer than a page may: made once on one thread behind, while pages say how far it is."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corridor.errors import CorridorError

PATIENCE = 0.8
"""Seconds a page waits before it says that the work goes on."""

Say = Callable[[str], None]


@dataclass
class Work:
    """One thing that is being made, or made: what is done just now, and what came of it."""

    about: str
    doing: str = "Waiting for its turn"
    begun: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)
    made: Any = None
    failed: BaseException | None = None

    @property
    def seconds(self) -> int:
        """How long it has been asked for."""
        return int(time.monotonic() - self.begun)


class Making:
    """Works by key, the least used forgotten first; one of a kind at a time, so that pages stay quick.

    What takes minutes has a turn of its own: nobody waits behind it for what takes seconds.
    """

    def __init__(self, most: int = 24) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._turns = {long: threading.Semaphore(1) for long in (False, True)}
        self._works: OrderedDict[Any, Work] = OrderedDict()

    def get(
        self, key: Any, about: str, make: Callable[[Say], Any], patience: float = PATIENCE, long: bool = False
    ) -> Work:
        """The work of a key, begun if nobody asked before; waits a moment for its end.

        long: whether it takes minutes.

        Raises what it failed with, once: whoever asks next begins it again.
        """
        with self._lock:
            work = self._works.get(key)
            if work is None:
                work = self._works[key] = Work(about)
                threading.Thread(target=self._do, args=(work, make, long), daemon=True).start()
            self._works.move_to_end(key)
            self._forget()
        work.over.wait(patience)
        if work.failed is not None:
            with self._lock:
                if self._works.get(key) is work:
                    del self._works[key]
            raise work.failed
        return work

    def _forget(self) -> None:
        over = [key for key, work in self._works.items() if work.over.is_set()]
        for key in over[: max(len(self._works) - self._most, 0)]:
            del self._works[key]

    def _do(self, work: Work, make: Callable[[Say], Any], long: bool) -> None:
        def say(words: str) -> None:
            work.doing = words

        with self._turns[long]:
            try:
                work.made = make(say)
            except CorridorError as error:
                work.failed = error
            except BaseException as error:  # a defect is shown to whoever waits, never lost on a thread
                work.failed = error
            finally:
                work.over.set()
