"""Answers of forms, kept in memory for an hour so that they have an address; on disk only when saved."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

MOST = 60
SECONDS = 3600.0


@dataclass(frozen=True)
class Kept:
    """One answer: whose it is, of which form, what was asked and what came out."""

    key: str
    account_id: int
    form: str
    made: float
    answer: dict[str, Any]
    given: dict[str, list[dict[str, str]]]
    chosen: dict[str, str]


class Answers:
    """The answers of this server; the oldest goes first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def put(
        self, account_id: int, form: str, answer: dict[str, Any], given: dict[str, list[dict[str, str]]],
        chosen: dict[str, str],
    ) -> str:  # fmt: skip
        """Keep an answer; its key."""
        key = secrets.token_hex(12)
        with self._lock:
            self._kept[key] = Kept(key, account_id, form, self._clock(), answer, given, chosen)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return key

    def get(self, key: str, account_id: int) -> Kept | None:
        """An answer of this account; None where there is none, or no longer."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found.made < self._clock() - SECONDS:
                del self._kept[key]
                found = None
        return found if found is not None and found.account_id == account_id else None

    def newest(self, account_id: int, forms: Collection[str]) -> Kept | None:
        """The last answer of this account to one of these forms, None where none is kept any longer."""
        with self._lock:
            found = [
                one for one in self._kept.values()
                if one.account_id == account_id and one.form in forms and one.made >= self._clock() - SECONDS
            ]  # fmt: skip
        return found[-1] if found else None
