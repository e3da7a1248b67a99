"""The client that the docs show, run as it stands there."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from corridor.web.accounts import create_account, find_account
from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.sessions import create_token
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD

PAGE = Path(__file__).parents[2] / "docs" / "web-api.md"


@pytest.fixture
def served(bench: Workbench) -> Iterator[str]:
    bench.names = frozenset({"127.0.0.1"})
    server = uvicorn.Server(uvicorn.Config(create_app(bench), port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)


def test_the_client_of_the_docs(
    served: str, bench: Workbench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = create_account(bench.state, "program", PASSWORD, [Role.analyst], EVERY, must_change=False)
    account = find_account(bench.state, number)
    assert account is not None
    monkeypatch.setenv("CORRIDOR_ADDRESS", served)
    monkeypatch.setenv("CORRIDOR_TOKEN", create_token(bench.state, account, "docs", ["tables"]))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    run = bench.run()
    assert run is not None
    (expected,) = run.query("select sum(dollars) as dollars, count(*) as n from asm.result")
    for limit in ("500", "5"):  # as it stands, and with pages of five
        exec(compile(code.replace("limit=500", f"limit={limit}"), str(PAGE), "exec"), {})
        assert capsys.readouterr().out == f"{expected['dollars']:,.0f} dollars at stake\n"
