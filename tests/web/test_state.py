"""The state database: migrations, the chain of the audit log, and what is refused."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.web import audit
from corridor.web.state import State, migrations, state_address


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state" / "s.sqlite3")


def test_migrations_run_once_and_in_order(state: State) -> None:
    assert state.file is not None
    State(state.file)
    with state.reading() as con:
        done = [row["name"] for row in con.execute("select name from migration order by name")]
    assert done == list(migrations())
    assert [name[:4] for name in done] == [f"{place:04d}" for place in range(1, len(done) + 1)]


def test_only_the_owner_reads_it(state: State) -> None:
    assert state.file is not None
    assert stat.S_IMODE(state.file.stat().st_mode) == 0o600


def test_the_log_is_written_back_when_the_state_is_closed_not_at_every_end(state: State) -> None:
    assert state.file is not None
    log = state.file.with_name(state.file.name + "-wal")
    audit.append(state, "ana", "looked")
    assert log.stat().st_size > 0
    state.close()
    assert not log.exists()
    assert [row["action"] for row in audit.newest(state, 5)] == ["looked"]  # closed or not, it answers
    with sqlite3.connect(state.file) as another:  # what was written is there for another process too
        assert another.execute("select action from audit").fetchall() == [("looked",)]


def test_a_newer_database_is_refused(state: State) -> None:
    with state.writing() as con:
        con.execute("insert into migration values ('9999_later.sql', 'now')")
    assert state.file is not None
    with pytest.raises(CorridorError) as caught:
        State(state.file)
    assert caught.value.code == "WEB-STATE-NEWER"


def test_where_the_state_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_STATE", "postgresql://somewhere/corridor")
    assert state_address(tmp_path) == "postgresql://somewhere/corridor"
    monkeypatch.setenv("CORRIDOR_STATE", "mysql://somewhere/corridor")
    with pytest.raises(CorridorError) as caught:
        state_address(tmp_path)
    assert caught.value.code == "WEB-STATE-ADDRESS"
    monkeypatch.setenv("CORRIDOR_STATE", str(tmp_path / "elsewhere.sqlite3"))
    assert state_address(tmp_path) == tmp_path / "elsewhere.sqlite3"
    monkeypatch.delenv("CORRIDOR_STATE")
    assert state_address(tmp_path) == tmp_path / "state" / "corridor.sqlite3"


def test_what_fails_leaves_nothing(state: State) -> None:
    with pytest.raises(sqlite3.IntegrityError), state.writing() as con:
        audit.write(con, "a", "b", "", "done", "")
        con.execute("insert into account_role values (99, 'analyst')")
    assert audit.verify(state).records == 0


def test_the_log_is_chained_and_append_only(state: State) -> None:
    for place in range(5):
        audit.append(state, "anna", "clinician", f"199900000{place}")
    whole = audit.verify(state)
    assert (whole.records, whole.broken_at) == (5, None)
    for sql in ("update audit set subject = 'x' where place = 2", "delete from audit where place = 5"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), state.writing() as con:
            con.execute(sql)
    assert audit.verify(state) == whole


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("update audit set subject = 'nobody' where place = 2", 2),
        ("delete from audit where place = 3", 4),
        ("update audit set previous = hash where place = 4", 4),
    ],
)
def test_who_changes_the_file_is_found_out(state: State, sql: str, broken: int) -> None:
    for _ in range(5):
        audit.append(state, "anna", "clinician", "1999000000")
    with state.writing() as con:
        con.execute("drop trigger audit_is_not_changed")
        con.execute("drop trigger audit_is_not_shortened")
        con.execute(sql)
    assert audit.verify(state).broken_at == broken


def test_a_log_cut_short_has_another_head(state: State) -> None:
    for _ in range(3):
        audit.append(state, "anna", "clinician")
    head = audit.verify(state).head
    with state.writing() as con:
        con.execute("drop trigger audit_is_not_shortened")
        con.execute("delete from audit where place = 3")
    assert audit.verify(state).head != head
