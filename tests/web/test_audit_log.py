"""`corridor audit-log`: the chain in the state and in a file; a log cut short shows by its head."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.web import audit, audit_file
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Sign


def call(*words: str) -> Result:
    return CliRunner().invoke(app, ["audit-log", *words])


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    monkeypatch.delenv("CORRIDOR_STATE", raising=False)
    made = State(tmp_path / "state" / "corridor.sqlite3")
    for place in range(7):
        audit.append(made, "anna", "clinician", f"199900000{place}")
    return made


def test_a_whole_log_is_said_and_written(state: State, tmp_path: Path) -> None:
    out = tmp_path / "log.jsonl"
    done = call("--out", str(out), "--json")
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["records"], row["whole"]) == (7, True) and row["head"] == audit.tip(state)[1]
    assert len(out.read_text().splitlines()) == 7
    state.file.unlink()  # type: ignore[union-attr]
    plain = call("--file", str(out), "--head", row["head"])
    assert plain.exit_code == 0 and "The audit log is whole: 7 records." in plain.stdout


def broken(result: Result) -> str:
    assert isinstance(result.exception, CorridorError) and result.exception.code == "AUDIT-LOG-BROKEN"
    return result.exception.what


def test_a_changed_file_and_a_log_cut_short_are_found_out(state: State, tmp_path: Path) -> None:
    out = tmp_path / "log.jsonl"
    call("--out", str(out))
    head = audit.tip(state)[1]
    lines = out.read_text().splitlines(keepends=True)
    out.write_text("".join(line.replace("1999000003", "1999000009") for line in lines))
    assert "at record 4" in broken(call("--file", str(out)))
    out.write_text("".join(lines[:-1]))
    assert call("--file", str(out)).exit_code == 0
    assert "none of the 6 records" in broken(call("--file", str(out), "--head", head))
    out.write_text("not a record\n")
    with pytest.raises(CorridorError) as caught:
        list(audit_file.read_file(out))
    assert (caught.value.code, caught.value.line) == ("AUDIT-LOG-FILE", 1)


def test_without_a_state_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "none"))
    done = call()
    assert isinstance(done.exception, CorridorError) and done.exception.code == "AUDIT-LOG-NONE"
    assert not (tmp_path / "none").exists()


def test_the_page_hands_out_what_the_command_checks(bench: Workbench, signed: Sign, tmp_path: Path) -> None:
    auditor = signed(Role.auditor)
    for _ in range(3):
        auditor.get("/administration/audit")
    answer = auditor.get("/administration/audit/file")
    file = tmp_path / "log.jsonl"
    file.write_text(answer.text, encoding="utf-8")
    found = audit_file.check(audit_file.read_file(file), audit.tip(bench.state)[1])
    assert found.records == 4 and "attachment" in answer.headers["content-disposition"]


def test_the_role_table_says_what_the_guard_enforces(signed: Sign) -> None:
    from corridor.web.pages.role_table import REASONS, reason
    from corridor.web.routes import ROUTES

    person = signed(Role.biller)
    shown = person.get("/administration/roles").text
    assert all(f"<code>{route.method} {route.path}</code>" in shown for route in ROUTES)
    told = {route.path: reason(route) for route in ROUTES if route.method == "GET"}
    assert told["/sign-in"] == "needed before anybody is signed in"
    assert (
        told["/administration/audit"].startswith(REASONS["AUDIT"])
        and "audit log" in told["/administration/audit"]
    )
    mine = person.get("/administration/roles?role=biller").text
    assert "GET /clinicians" in mine and "POST /administration/accounts" not in mine
