"""What a long command shows while it works: on stderr, one line that moves, or a line a step."""

from __future__ import annotations

import sys
import time
from types import TracebackType

# A log file gets a line for a step only when it took at least this long.
WORTH_A_LINE_SECONDS = 2.0


class Progress:
    """Called with (what, place, of how many, how); use as a context manager."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.moving = sys.stderr.isatty() and not quiet
        self._last = ""
        self._since = time.perf_counter()
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()
        if self.moving and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()

    def __call__(self, what: str, place: int, total: int, how: str) -> None:
        self._end_line()
        self._last = f"{place:>4}/{total} {what}: {how}"
        self._since = time.perf_counter()
        if self.moving:
            line = self._last[:110]
            sys.stderr.write("\r" + line.ljust(self._width))
            sys.stderr.flush()
            self._width = max(self._width, len(line))

    def say(self, text: str) -> None:
        """A line that stays."""
        self._end_line()
        if self.quiet:
            return
        if self.moving and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _end_line(self) -> None:
        seconds = time.perf_counter() - self._since
        if self._last and not self.moving and not self.quiet and seconds >= WORTH_A_LINE_SECONDS:
            sys.stderr.write(f"{self._last} ({seconds:.0f} s)\n")
            sys.stderr.flush()
        self._last = ""
