"""The worker process, kept alive as long as the server is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from corridor.web.workbench import Workbench

LOOK_SECONDS = 0.5
WORST_PAUSE_SECONDS = 30.0
GRACE_SECONDS = 8.0


class Supervisor:
    """Starts the worker of a warehouse, and another when it dies; each death in a row waits longer."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True, name="corridor-worker")

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the worker to leave; its job waits for the next one. Twice does no harm."""
        self._over.set()
        self._thread.join(timeout=LOOK_SECONDS * 4)
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self) -> None:
        pause = LOOK_SECONDS
        while not self._over.is_set():
            began = time.monotonic()
            self._process = self._begin()
            while self._process.poll() is None:
                if self._over.wait(LOOK_SECONDS):
                    return
            lived = time.monotonic() - began
            pause = LOOK_SECONDS if lived > WORST_PAUSE_SECONDS else min(pause * 2, WORST_PAUSE_SECONDS)
            self._over.wait(pause)

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "corridor.web.worker", "--parent", str(os.getpid())]
        if self._bench.settings.file is not None:
            command += ["--config", str(self._bench.settings.file)]
        # A session of its own: Ctrl-C in the terminal stops the server, and the server the worker.
        return subprocess.Popen(
            command,
            env={**os.environ, "CORRIDOR_HOME": str(self._bench.home.resolve())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
