"""Where the server listens, and what it refuses to do in the open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.web.serve import Listening, open_bench


def test_it_listens_here_by_default() -> None:
    listening = Listening()
    listening.check()
    assert listening.host == "127.0.0.1" and not listening.secure
    assert listening.address == "http://127.0.0.1:8321/"
    assert listening.names == {"127.0.0.1", "localhost", "::1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "corridor.example.org"])
def test_passwords_do_not_cross_a_network_in_the_open(host: str) -> None:
    with pytest.raises(CorridorError) as caught:
        Listening(host).check()
    assert caught.value.code == "WEB-OPEN-HOST"
    Listening(host, name="corridor.example.org").check()
    Listening(host, certificate=Path("c"), key=Path("k")).check()


def test_behind_a_proxy_it_answers_to_its_name() -> None:
    listening = Listening("0.0.0.0", name="corridor.example.org")
    assert listening.secure and listening.address == "https://corridor.example.org/"
    assert "corridor.example.org" in listening.names and "0.0.0.0" not in listening.names


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(CorridorError) as caught:
        Listening(certificate=Path("c")).check()
    assert caught.value.code == "WEB-CERTIFICATE"


def test_the_command_prints_where_and_the_setup_token(
    warehouse_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[object] = []
    monkeypatch.setattr("corridor.web.serve.serve", lambda *given: served.append(given))
    done = CliRunner().invoke(app, ["serve", "--port", "9000", "--json"], catch_exceptions=False)
    (where,) = json.loads(done.stdout)["rows"]
    assert where["address"] == "http://127.0.0.1:9000/" and len(where["setup_token"]) > 20
    plain = CliRunner().invoke(app, ["serve"], catch_exceptions=False)
    assert "setup token" in plain.stdout and len(served) == 2
    assert (warehouse_home / "state" / "corridor.sqlite3").exists()


def test_the_setup_token_is_another_each_time(warehouse_home: Path) -> None:
    tokens = {open_bench(None, Listening()).setup.token for _ in range(3)}
    assert len(tokens) == 3
