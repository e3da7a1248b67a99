"""The worker: one process beside the server that does the jobs, so that no page waits and nothing is lost.

    python -m corridor.web.worker [--config FILE] [--parent PID]

A lock of the operating system keeps it the only one of its warehouse. Where the server dies it finishes the
job at hand and leaves; where it dies itself, the next worker takes the job again.
"""

from __future__ import annotations

import _thread
import argparse
import contextlib
import json
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.settings import load_settings
from corridor.web import work
from corridor.web.doing import Bench, do
from corridor.web.state import State
from corridor.web.upload_store import Uploads
from corridor.web.work import Job

LOCK = ".worker.lock"
POLL_SECONDS = 0.4
BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
BUSY_SECONDS = 2.0
log = logging.getLogger("corridor.web.worker")


class Stopped(Exception):
    """The job is not to go on: somebody cancelled it, or the worker was told to leave."""


class Desk:
    """One job under way: its heartbeat, its log, and whether it is to stop."""

    def __init__(self, state: State, job: Job, home: Path) -> None:
        self.state = state
        self._places = re.compile(
            re.escape(str(home)) + r"/uploads/[^/\"]*/files/|" + re.escape(str(home)) + "/"
        )
        self.job = job
        self.told = ("", 0, 0)
        self.cancelled = False
        self.leaving = False
        self._lines: list[str] = []
        self._since = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Desk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._flush()

    def progress(self, what: str, place: int, total: int, how: str) -> None:
        """As the command line shows it: what is done, the how-manieth of how many."""
        if self.cancelled or self.leaving:
            raise Stopped
        if what != self.told[0].partition(":")[0] or place < self.told[1]:
            self._close_line()
        self.told = (self.shown(f"{what}: {how}"), place, total)

    def shown(self, text: str) -> str:
        """Text without the folders of the server."""
        return self._places.sub("", text)

    def say(self, words: str) -> None:
        """A line of the log."""
        self._lines.append(words)

    def _close_line(self) -> None:
        seconds = time.monotonic() - self._since
        if self.told[0]:
            self._lines.append(f"{self.told[0]}" + (f" ({seconds:.0f} s)" if seconds >= 1 else ""))
        self._since = time.monotonic()

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            work.say(self.state, self.job, lines)

    def _beat(self) -> None:
        asked = 0.0
        while not self._over.wait(BEAT_SECONDS):
            try:
                self._flush()
                self.cancelled = not work.beat(self.state, self.job, *self.told)
            except Exception as error:  # a state database that is busy: the next beat comes in a second
                log.warning("%s at a heartbeat", type(error).__name__)
                continue
            if not (self.cancelled or self.leaving) or self._over.is_set():
                continue
            if not asked:
                asked = time.monotonic()
                _thread.interrupt_main()  # a query under way is interrupted too
            elif time.monotonic() - asked > PATIENCE_SECONDS:
                work.end(self.state, self.job, "cancelled" if self.cancelled else "queued")
                os._exit(0)


class Worker:
    """Takes jobs until it is told to leave."""

    def __init__(
        self, home: Path, state: State, config: Path | None, parent: int | None, alone: bool
    ) -> None:
        self.home = home
        self.state = state
        self.config = config
        self.parent = parent
        self.alone = alone
        self.name = f"{os.uname().nodename if hasattr(os, 'uname') else ''}:{os.getpid()}:{time.time():.0f}"
        self.leaving = False
        self.desk: Desk | None = None

    def leave(self, number: int, frame: FrameType | None) -> None:
        """The server stops: the job at hand waits for the next worker."""
        self.leaving = True
        if self.desk is not None:
            self.desk.leaving = True
        else:
            raise SystemExit(0)

    def orphaned(self) -> bool:
        """Whether the server that started it is gone."""
        return self.parent is not None and os.getppid() != self.parent

    def serve(self, once: bool = False) -> None:
        """Do jobs, the oldest first; ``once``: until none waits."""
        swept = 0.0
        while not (self.leaving or self.orphaned()):
            if time.monotonic() - swept > 3600 or not swept:
                self._uploads().sweep()
                swept = time.monotonic()
            job = work.take(self.state, self.name, self.alone)
            if job is not None:
                self.do(job)
            elif once:
                return
            else:
                time.sleep(POLL_SECONDS)

    def _uploads(self) -> Uploads:
        return Uploads(self.state, self.home, load_settings(self.config).uploads)

    def do(self, job: Job) -> None:
        """One job from its beginning to what came of it."""
        with Desk(self.state, job, self.home) as desk:
            self.desk = desk
            if job.attempts > 1:
                desk.say("Begun again: the worker had stopped in the middle.")
            ended, result, error = self._attempt(job, desk)
            self.desk = None
        with contextlib.suppress(KeyboardInterrupt):  # one that was on its way when the job ended
            time.sleep(0.01)
        work.end(self.state, job, ended, result, error)

    def _attempt(self, job: Job, desk: Desk) -> tuple[str, dict[str, Any] | None, CorridorError | None]:
        while True:
            try:
                settings = load_settings(self.config)
                bench = Bench(settings, Warehouse.open(self.home), self.state)
                result = do(job, bench, desk.progress)
                desk._close_line()
                return "done", json.loads(desk.shown(json.dumps(result, default=str))), None
            except (Stopped, KeyboardInterrupt):
                desk.say(
                    "Cancelled." if desk.cancelled else "Stopped with the server; it will be begun again."
                )
                return ("cancelled" if desk.cancelled else "queued"), None, None
            except CorridorError as error:
                if error.code != "WAREHOUSE-BUSY":
                    return "failed", None, error
                desk.told = ("waiting: another corridor command writes to this warehouse", 0, 0)
                if self._idle(desk):
                    return ("cancelled" if desk.cancelled else "queued"), None, None
            except Exception as error:
                if desk.cancelled or desk.leaving:  # an interrupted query names its own error
                    return ("cancelled" if desk.cancelled else "queued"), None, None
                return "failed", None, _defect(error)

    def _idle(self, desk: Desk) -> bool:
        """Wait a while; whether the job is to stop."""
        try:
            time.sleep(BUSY_SECONDS)
        except KeyboardInterrupt:
            return True
        return desk.cancelled or desk.leaving


def _defect(error: Exception) -> CorridorError:
    """A defect, or a machine's trouble: its message may quote data, so only its kind and place are told."""
    import traceback

    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return CorridorError(
            "WEB-JOB-MEMORY",
            "The machine has too little memory for this job as it is set.",
            why="What was complete before is unharmed.",
            todo="Set memory_limit and fewer threads in corridor.toml, then try again.",
        )
    if isinstance(error, OSError):
        return CorridorError(
            "FILE-SYSTEM",
            f"A file or folder was refused: {error.strerror or type(error).__name__}.",
            why="What was complete before is unharmed.",
            todo="Check that the warehouse may be written, and that the disk is not full.",
            file=error.filename,
        )
    place = traceback.extract_tb(error.__traceback__)[-1]
    return CorridorError(
        "UNEXPECTED-ERROR",
        f"Corridor met a {type(error).__name__} it does not know ({Path(place.filename).name}, "
        f"line {place.lineno}).",
        why="That is a defect of Corridor, or a file damaged in a way it did not foresee.",
        todo="Report it with what you loaded or ran. What was complete before is unharmed.",
    )


@contextmanager
def only_one(home: Path) -> Iterator[bool]:
    """Be the only worker of a warehouse: waits for the one before; whether a lock says so."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+") as handle:
        try:
            import fcntl
        except ImportError:  # not on Windows, where the lease of a job decides
            yield False
            return
        parent = os.getppid()
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if os.getppid() != parent:
                    raise SystemExit(0) from None
                time.sleep(POLL_SECONDS)
        yield True


def main(arguments: list[str] | None = None) -> None:
    """Work until the server is gone."""
    parser = argparse.ArgumentParser(prog="corridor.web.worker")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--parent", type=int)
    parser.add_argument("--once", action="store_true")
    given = parser.parse_args(arguments)
    from corridor.web.serve import Listening, open_bench

    bench = open_bench(given.config, Listening())
    with only_one(bench.home) as alone:
        worker = Worker(bench.home, bench.state, given.config, given.parent, alone)
        signal.signal(signal.SIGTERM, worker.leave)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # how a job is interrupted
        worker.serve(given.once)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    main()
