"""The server is killed in the middle of an upload and of a run: nothing is lost, nothing doubled."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.jobs.demo import MONTHS, START
from corridor.synth.community import write_community
from corridor.synth.order import check_order
from corridor.web import work
from corridor.web.accounts import create_account, find_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.sessions import start_session
from corridor.web.state import State

pytestmark = [pytest.mark.heavy]
PEOPLE = 300
LONG = 240.0


class Server:
    """`corridor serve` in a process of its own, that may be killed; a session that outlives it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.home = folder / "data"
        self.port = port
        self.state_file = folder / "s.sqlite3"
        self.process: subprocess.Popen[bytes] | None = None
        self.state = state = State(self.state_file)
        made = create_account(
            state, "ana", "several plain words", [Role.analyst], Scope(every_row=True), must_change=False
        )
        account = find_account(state, made)
        assert account is not None
        self.secret, session = start_session(state, account)
        self.csrf = session.csrf

    def start(self) -> None:
        environment = {
            **os.environ, "CORRIDOR_HOME": str(self.home), "CORRIDOR_STATE": str(self.state_file),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "corridor.cli.main", "serve", "--port", str(self.port)],
            env=environment, stdout=subprocess.DEVNULL, cwd=self.state_file.parent,
        )  # fmt: skip
        until(self.alive)

    def alive(self) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/alive").status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would, for the server alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def workers(self) -> list[int]:
        """The processes of the worker of this warehouse."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or b"corridor.web.worker" not in (entry / "cmdline").read_bytes():
                    continue
                if f"CORRIDOR_HOME={self.home.resolve()}".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"x-csrf-token": self.csrf, "accept": "application/json", **more.pop("headers", {})}
        answer = httpx2.request(
            method, f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30.0,
            cookies={"corridor_session": self.secret}, **more,
        )  # fmt: skip
        assert answer.status_code < 400, answer.text
        return answer

    def part(self, upload: str, number: int, body: bytes) -> dict[str, Any]:
        kind = {"content-type": "application/octet-stream"}
        found: dict[str, Any] = self.ask(
            "POST", f"/load/uploads/{upload}/parts/{number}", content=body, headers=kind
        ).json()
        return found

    def job(self, number: int) -> dict[str, Any]:
        """Read where it is kept: asking the server this often would meet its limit."""
        return work.read_job(self.state, number).to_dict()


def until(done: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := done():
            return found
        time.sleep(0.05)
    raise AssertionError("it took too long")


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("community")
    write_community(check_order(PEOPLE, 1, START, MONTHS, "single", folder))
    return folder


@pytest.fixture
def server(tmp_path: Path, free_port: int) -> Iterator[Server]:
    made = Server(tmp_path, free_port)
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.process.wait(20)
    for pid in made.workers():
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_killed_in_the_middle_of_an_upload(server: Server, tmp_path: Path) -> None:
    body = os.urandom(9_500_000)  # three parts
    batch = server.ask("POST", "/load/batches", data={"format": "roster"}).json()["batch"]
    begun = {"batch": batch, "name": "big.csv", "size": str(len(body)), "changed": "1"}
    first = server.ask("POST", "/load/uploads", data=begun).json()
    size = first["part_bytes"]
    server.part(first["upload"], 1, body[:size])
    half = subprocess.Popen(  # a part that is still on its way
        [
            sys.executable, "-c",
            "import socket,sys,time\n"
            f"s=socket.create_connection(('127.0.0.1',{server.port}))\n"
            f"s.sendall(b'POST /load/uploads/{first['upload']}/parts/2 HTTP/1.1\\r\\n'"
            f"b'Host: 127.0.0.1\\r\\n'"
            f"b'Cookie: corridor_session={server.secret}\\r\\nx-csrf-token: {server.csrf}\\r\\n'"
            f"b'Content-Type: application/octet-stream\\r\\nContent-Length: {size}\\r\\n\\r\\n'"
            "+b'x'*100000)\n"
            "print('sent',flush=True)\ntime.sleep(30)\n",
        ],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert half.stdout is not None and half.stdout.readline() == b"sent\n"
    server.kill()
    half.kill()
    half.wait()
    server.start()
    again = server.ask("POST", "/load/uploads", data=begun).json()
    assert again["upload"] == first["upload"] and again["held"] == [1]
    for number in (2, 3, 3):
        done = server.part(again["upload"], number, body[(number - 1) * size : number * size])
    assert done["complete"] and done["bytes_held"] == len(body)
    from corridor.settings import UploadSettings
    from corridor.web.upload_store import Uploads

    uploads = Uploads(State(server.state_file), server.home, UploadSettings())
    whole = uploads.put_together(uploads.upload(again["upload"]))
    assert hashlib.sha256(whole.read_bytes()).digest() == hashlib.sha256(body).digest()


def send(server: Server, fmt: str, files: list[Path]) -> int:
    """Send files and have them loaded; the number of the job."""
    batch = server.ask("POST", "/load/batches", data={"format": fmt}).json()["batch"]
    for file in files:
        body = file.read_bytes()
        begun = server.ask(
            "POST", "/load/uploads", data={"batch": batch, "name": file.name, "size": str(len(body))}
        ).json()
        size = begun["part_bytes"]
        for number in range(1, begun["parts"] + 1):
            server.part(begun["upload"], number, body[(number - 1) * size : number * size])
    address = server.ask("POST", f"/load/batches/{batch}/load").json()["next"]
    return int(address.rpartition("/")[2])


def over(server: Server, job: int) -> dict[str, Any]:
    until(lambda: server.job(job)["state"] in ("done", "failed", "cancelled"), LONG)
    found = server.job(job)
    assert found["state"] == "done", found["error"]
    return found


@pytest.mark.parametrize("worker_too", [False, True], ids=["the server", "the server and its worker"])
def test_killed_in_the_middle_of_a_load_and_of_a_run(
    server: Server, community: Path, worker_too: bool
) -> None:
    def cut() -> None:
        server.kill()
        if worker_too:
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
        server.start()

    files = sorted(path for path in (community / "cclf").rglob("*") if path.is_file())
    load = send(server, "cclf", files)
    until(lambda: server.job(load)["state"] == "running")
    cut()
    loaded = over(server, load)
    assert loaded["attempts"] == (2 if worker_too else 1)
    assert len(Warehouse(server.home).deliveries()) == 1
    roster = send(server, "roster", [community / "provider_roster.csv"])
    over(server, roster)
    again = send(server, "cclf", files)  # the whole delivery once more: nothing is added
    assert not any(one["added"] for one in over(server, again)["result"]["deliveries"])
    assert len(Warehouse(server.home).deliveries()) == 2

    server.ask("POST", "/load/run", follow_redirects=False)
    run = again + 1
    until(lambda: server.job(run)["place"] > 20, LONG)
    cut()
    done = over(server, run)
    assert done["attempts"] == (2 if worker_too else 1)
    until(lambda: len(server.workers()) == 1)
    runs = [path for path in (server.home / "runs").iterdir() if path.is_dir()]
    assert [path.name for path in runs] == [done["result"]["run_id"]]
    manifest = json.loads((runs[0] / "manifest.json").read_text(encoding="utf-8"))
    rows = {entry["step"]: entry["rows"] for entry in manifest["steps"]}
    assert (server.home / "runs" / "current").read_text().strip() == runs[0].name
    assert rows["claims.service_line"] > 0 and not list((server.home / "deliveries").glob(".*"))
    whole_tables(server.home, manifest)


def whole_tables(home: Path, manifest: dict[str, Any]) -> None:
    """Every table of the run is there with the rows that the manifest states."""
    import duckdb

    with duckdb.connect() as con:
        for entry in manifest["steps"]:
            parts = [str(path) for folder in entry["outputs"] for path in (home / folder).glob("*.parquet")]
            held = 0
            if parts:
                found = con.execute("select count(*) from read_parquet(?)", [parts]).fetchone()
                assert found is not None
                held = int(found[0])
            assert held == entry["rows"], entry["step"]
