"""How long every page of the application takes under ten people at once.

Over a demo of its own, or over the warehouse that CORRIDOR_BENCH_WAREHOUSE names (one with a complete run).
The pages are found by following links: one address of every route, and every view of it. Each person opens
all of them in an order of their own, with up to a second between two. Every page is opened once before it is
measured: what is made once a run is not what a page costs; how long that takes is said beside it.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from corridor.jobs.demo import run_demo
from corridor.settings import Settings
from corridor.web.accounts import create_account, find_account
from corridor.web.app import create_app
from corridor.web.guard import COOKIE
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.sessions import start_session
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.begun import begin
from tests.web.conftest import Person
from tests.web.every_page import find_pages

PEOPLE, SMALL_PEOPLE = 20_000, 1_500
USERS, ROUNDS, PAUSE_SECONDS = 10, 2, 1.0
SMALL_USERS, SMALL_ROUNDS = 3, 1
MOST_SECONDS = 0.3  # of the 95th percentile of every page, promised
MOST_BYTES = 500_000
SLOWEST = 8  # pages named
WAITING = re.compile("being (?:made|worked out)</h1>")  # the page of what is made behind it
# Routes to leave out, for a first look at a large warehouse: what they make would keep both cores busy.
WITHOUT = os.environ.get("CORRIDOR_BENCH_WITHOUT", "").split()
RESULTS = Path(__file__).parent / "results" / "web.json"


@pytest.fixture
def home(small: bool, tmp_path: Path) -> Path:
    named = os.environ.get("CORRIDOR_BENCH_WAREHOUSE")
    return (
        Path(named) if named else run_demo(tmp_path / "demo", SMALL_PEOPLE if small else PEOPLE, 1).run.home
    )


@pytest.fixture
def bench(home: Path, tmp_path: Path) -> Workbench:
    names = frozenset({"127.0.0.1", "localhost", "testserver"})
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=names)


@pytest.fixture
def address(bench: Workbench) -> Iterator[str]:
    """The command itself in a process of its own, so that the users take none of its time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "CORRIDOR_HOME": str(bench.home), "CORRIDOR_STATE": str(bench.state.file)}
    command = [sys.executable, "-m", "corridor.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        found = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx2.get(found + "/alive")
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield found
        server.terminate()


class Opening(httpx2.Client):
    """The first visitor: waits for what is made behind a page, and notes how long each took."""

    def __init__(self, address: str, secret: str) -> None:
        super().__init__(base_url=address, cookies={COOKIE: secret}, timeout=1200)
        self.first: dict[str, float] = {}
        self.sizes: dict[str, int] = {}

    def get(self, path: str) -> httpx2.Response:  # type: ignore[override]
        began = time.perf_counter()
        answer = super().get(path)
        while WAITING.search(answer.text):
            time.sleep(0.5)
            answer = super().get(path)
        self.first.setdefault(path, time.perf_counter() - began)
        self.sizes[path] = len(answer.content)
        return answer


def begun(bench: Workbench) -> tuple[str, list[str]]:
    """A session of somebody who may see everything, and the addresses of what was made to be looked at.

    A load that waits is called off: the warehouse is not to be changed.
    """
    account_id = create_account(
        bench.state, "ana", "several plain words", list(Role), Scope(True), must_change=False
    )
    account = find_account(bench.state, account_id)
    assert account is not None
    secret, session = start_session(bench.state, account)
    person = Person(create_app(bench), follow_redirects=False, raise_server_exceptions=False)
    person.cookies.set(COOKIE, secret)
    person.csrf = session.csrf
    known = begin(person)
    for address in known:
        if address.startswith("/jobs/"):
            person.post(f"{address}/cancel", data={"csrf": person.csrf})
    return secret, known


@pytest.fixture
def start(bench: Workbench) -> tuple[str, list[str]]:
    return begun(bench)


@pytest.mark.bench
def bench_pages(start: tuple[str, list[str]], address: str, small: bool) -> None:
    secret, known = start
    cookies = {COOKIE: secret}
    with Opening(address, secret) as one:
        pages = find_pages(one, known, WITHOUT).addresses()
        statuses = {path: one.get(path).status_code for path in pages}
        first, sizes = ({path: had[path] for path in pages} for had in (one.first, one.sizes))
    # what a job or a case does not have yet is refused, not a page
    assert all(status < 500 for status in statuses.values())
    first = {path: seconds for path, seconds in first.items() if statuses[path] == 200}
    taken: dict[str, list[float]] = {path: [] for path in first}

    def user(seed: int) -> None:
        choice = random.Random(seed)
        with httpx2.Client(base_url=address, cookies=cookies, timeout=600) as one:
            for _ in range(SMALL_ROUNDS if small else ROUNDS):
                for path in choice.sample(sorted(first), len(first)):
                    begun_at = time.perf_counter()
                    answer = one.get(path)
                    taken[path].append(time.perf_counter() - begun_at)
                    assert answer.status_code == 200, path
                    time.sleep(choice.random() * PAUSE_SECONDS * (not small))

    users = [threading.Thread(target=user, args=(seed,)) for seed in range(SMALL_USERS if small else USERS)]
    for one_user in users:
        one_user.start()
    for one_user in users:
        one_user.join()
    everything = sorted(seconds for times in taken.values() for seconds in times)
    assert all(len(times) == len(users) * (SMALL_ROUNDS if small else ROUNDS) for times in taken.values())
    high = {path: share_of(times, 0.95) for path, times in taken.items()}
    slowest = sorted(high, key=lambda path: -high[path])[:SLOWEST]
    found = {
        "pages": len(first), "asked": len(everything), "median_ms": round(share_of(everything, 0.5) * 1e3),
        "p95_ms": round(share_of(everything, 0.95) * 1e3),
        "pages_over_the_promise": sum(seconds > MOST_SECONDS for seconds in high.values()),
        "without": WITHOUT, "largest_page_kb": round(max(sizes.values()) / 1e3),
        "slowest_first_s": round(max(first.values()), 2),
    }  # fmt: skip
    for what, figure in found.items():
        print(f"{what}: {figure}")
    for path in slowest:
        print(f"  {high[path] * 1e3:6.0f} ms  {path}")
    RESULTS.parent.mkdir(exist_ok=True)
    each = {
        path: {"p95_ms": round(high[path] * 1e3), "first_s": round(first[path], 2), "bytes": sizes[path]}
        for path in sorted(high, key=lambda path: -high[path])
    }
    RESULTS.write_text(json.dumps({**found, "each": each}, indent=1))
    assert max(sizes.values()) <= MOST_BYTES
    if not small:
        assert not found["pages_over_the_promise"], slowest


def share_of(times: list[float], share: float) -> float:
    """The value that a share of the times does not pass."""
    return sorted(times)[max(0, math.ceil(len(times) * share) - 1)]
