"""The server is killed in the middle of a burst of changes: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from corridor.web import audit
from corridor.web.accounts import create_account, find_account
from corridor.web.roles import Role
from corridor.web.sessions import create_token
from corridor.web.state import State
from tests.web.conftest import EVERY, PASSWORD
from tests.web.work_tables import ANNA, FIRST, NORTH, work_tables, write_tables

pytestmark = pytest.mark.heavy
PATIENTS, ROUNDS, AT_ONCE, A_TOKEN = 240, 3, 4, 40
START = "from corridor.cli.main import app; app()"


@dataclass
class Served:
    """A server of its own in a process, over one warehouse and one state."""

    home: Path
    state: Path
    port: int
    tokens: list[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {**os.environ, "CORRIDOR_HOME": str(self.home), "CORRIDOR_STATE": str(self.state)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, "serve", "--port", str(self.port)],
            env=environment, cwd=self.home.parent, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/alive", timeout=2)
            except (OSError, HTTPException):
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """Without a warning, and whatever it started with it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(self, path: str, place: int, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.tokens[place // A_TOKEN]}",
                "Content-Type": "application/json",
            },
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@dataclass
class Burst:
    """Changes of some items, sent as fast as they go until the server is gone."""

    served: Served
    items: list[str]
    first: int
    acknowledged: dict[str, int] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def send(self, killed_after: int) -> None:
        """Send them; kill the server once so many were acknowledged."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sent = [pool.submit(self._one, place, killed_after) for place in range(len(self.items))]
            self.enough.wait(60)
            self.served.kill()
            for one in sent:
                one.result()

    def _one(self, place: int, killed_after: int) -> None:
        item = self.items[place]
        try:
            answer = change(self.served, item, self.first + place)
        except (OSError, HTTPException, urllib.error.URLError):
            return  # nobody said it was done: it may be, or not
        self.acknowledged[item] = answer["version"]
        if len(self.acknowledged) >= killed_after:
            self.enough.set()


def change(served: Served, item: str, place: int) -> dict[str, Any]:
    """Mark an item done; the key is the same however often it is sent."""
    wish = {"version": 0, "key": f"burst-{item}", "status": "done", "note": f"change {place}"}
    return served.ask(f"/api/v1/work/apcm/items/{item}", place, wish)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    months = [
        (one, 202703, ANNA, NORTH, 1, "G0556", "2027-01-01", True, False, True, one)
        for one in range(1, PATIENTS + 1)
    ]
    home = tmp_path / "data"
    write_tables(home, FIRST, work_tables(months, []))
    state = State(tmp_path / "s.sqlite3")
    account = find_account(
        state, create_account(state, "worker", PASSWORD, [Role.biller], EVERY, must_change=False)
    )
    assert account is not None
    tokens = [create_token(state, account, f"burst {place}", ["work"]) for place in range(40)]
    state.close()
    found = Served(home, tmp_path / "s.sqlite3", free_port(), tokens)
    yield found
    found.kill()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def reading(file: Path) -> Iterator[Any]:
    state = State(file)
    with state.reading() as con:
        yield con
    state.close()


def test_killed_in_a_burst_nothing_is_lost_and_nothing_doubled(served: Served) -> None:
    served.start()
    rows = served.ask("/api/v1/work/apcm?limit=1000&sort=patient&down=false", 39 * A_TOKEN)["rows"]
    items = [row["item"] for row in rows]
    assert len(items) == PATIENTS
    size = PATIENTS // ROUNDS
    unsure = 0
    for number in range(ROUNDS):
        mine = items[number * size : (number + 1) * size]
        burst = Burst(served, mine, number * size)
        burst.send(killed_after=9 + 7 * number)
        assert 0 < len(burst.acknowledged) < size
        with reading(served.state) as con:
            kept = {
                row["item"]: row["version"]
                for row in con.execute("select item, version from work_item where status = 'done'")
                if row["item"] in mine
            }
        assert burst.acknowledged.items() <= kept.items()  # nothing acknowledged is lost
        unsure += len(kept) - len(burst.acknowledged)
        served.start()
        for place, item in enumerate(mine):  # what a client that heard nothing does: send all of it again
            answer = change(served, item, number * size + place)
            assert (answer["version"], answer["made"], answer["status"]) == (1, 1, "done")
    with reading(served.state) as con:
        doubled = con.execute(
            "select item, count(*) as n from work_change group by item having count(*) <> 1"
        ).fetchall()
        made = con.execute("select count(*) as n from work_change").fetchone()["n"]
        told = con.execute("select count(*) as n from audit where action = 'work_changed'").fetchone()["n"]
        notes = {row["item"]: row["note"] for row in con.execute("select item, note from work_item")}
    assert doubled == [] and made == told == PATIENTS
    assert [notes[item] for item in items] == [f"change {place}" for place in range(PATIENTS)]
    state = State(served.state)
    assert audit.verify(state).broken_at is None
    state.close()
    print(f"{PATIENTS} changes, {ROUNDS} kills, {unsure} made and not acknowledged when the server died")
