"""Encryption that cannot be honoured is refused by every command, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.settings import load_settings
from corridor.web.serve import Listening, open_bench


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("CORRIDOR_STATE", str(tmp_path / "state.sqlite3"))
    file = tmp_path / "corridor.toml"
    file.write_text("programs = ['asm']\n[storage]\nencrypt = true\n", encoding="utf-8")
    return file


def test_the_message_points_to_the_disk(config: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        load_settings(config)
    told = caught.value.to_dict()
    assert (told["code"], told["line"]) == ("STORAGE-ENCRYPT", 3) and "encrypted disk" in told["todo"]


@pytest.mark.parametrize("command", [["load", "cclf", "."], ["run"], ["serve"]])
def test_nothing_is_written(config: Path, command: list[str]) -> None:
    done = CliRunner().invoke(app, [*command, "--config", str(config)])
    assert done.exit_code != 0 and "STORAGE-ENCRYPT" in str(done.exception) + done.output
    assert sorted(path.name for path in config.parent.iterdir()) == ["corridor.toml"]


def test_the_state_is_not_opened_either(config: Path) -> None:
    with pytest.raises(CorridorError, match="STORAGE-ENCRYPT"):
        open_bench(config, Listening())
    assert not (config.parent / "state.sqlite3").exists()


def test_switched_off_it_says_nothing(config: Path) -> None:
    config.write_text("[storage]\nencrypt = false\n", encoding="utf-8")
    assert not load_settings(config).storage.encrypt
