"""The state in PostgreSQL: the same migrations, the same pages, one chain over many writers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.settings import Settings
from corridor.web import audit
from corridor.web.limits import Limit
from corridor.web.postgres_store import PostgresStore, marks, schema
from corridor.web.roles import Role
from corridor.web.routes import ROUTES
from corridor.web.sessions import create_token, tokens_of
from corridor.web.state import State, migrations
from corridor.web.workbench import Workbench
from tests.web import postgres
from tests.web.conftest import EVERY, PASSWORD, browser, signed_in
from tests.web.test_entry import csrf_of
from tests.web.test_routes import ask


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server's address: CORRIDOR_TEST_POSTGRES, else a server of the tests' own."""
    given = os.environ.get("CORRIDOR_TEST_POSTGRES")
    if given:
        yield given
    elif postgres.programs() is None:
        pytest.skip(postgres.WHY_NOT)
    else:
        with postgres.server() as made:
            yield made


@pytest.fixture
def state(address: str) -> Iterator[State]:
    """An empty state."""
    store = PostgresStore(address)
    with store.writing() as con:
        con.execute("drop schema public cascade")
        con.execute("create schema public")
    store.close()
    made = State(address)
    yield made
    made.close()


def test_the_same_migrations_run_once(state: State, address: str) -> None:
    again = State(address)
    again.close()
    with state.reading() as con:
        done = [row["name"] for row in con.execute("select name from migration order by name")]
    assert done == list(migrations())


def test_what_fails_leaves_nothing_and_the_log_stays(state: State) -> None:
    with pytest.raises(sqlite3.IntegrityError), state.writing() as con:
        audit.write(con, "a", "b", "", "done", "")
        con.execute("insert into account_role values (99, 'analyst')")
    assert audit.verify(state).records == 0
    audit.append(state, "anna", "clinician", "50% of ? 'quoted'")
    for sql in ("update audit set subject = 'x'", "delete from audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), state.writing() as con:
            con.execute(sql)
    (row,) = audit.newest(state, 5, None, "anna")
    assert row["subject"] == "50% of ? 'quoted'" and audit.verify(state).broken_at is None


def test_many_writers_make_one_chain(state: State, address: str) -> None:
    other = State(address)  # as another process would
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: audit.append((state, other)[n % 2], "anna", "clinician", str(n)), range(40)))
    other.close()
    verdict = audit.verify(state)
    assert (verdict.records, verdict.broken_at) == (40, None)


def test_people_sign_in_and_read_pages(state: State, run_home: Path) -> None:
    bench = Workbench(run_home, Settings(), state, names=frozenset({"testserver"}))
    person = signed_in(bench, [Role.analyst, Role.administrator], EVERY)
    for path in ("/", "/clinicians", "/administration", "/administration/audit", "/account"):
        assert person.get(path).status_code == 200, path
    (account,) = person_accounts(bench)
    secret = create_token(state, account, "a program", ["tables"])
    assert [one["label"] for one in tokens_of(state, account)] == ["a program"]
    headers = {"authorization": f"Bearer {secret}"}
    assert browser(bench).get("/api/v1/tables/asm.result", headers=headers).json()["total"] == 24
    client = browser(bench)
    data = {"csrf": csrf_of(client, "/sign-in"), "name": account.name, "password": "wrong words here"}
    assert client.post("/sign-in", data=data).status_code == 401
    assert client.post("/sign-in", data={**data, "password": PASSWORD}).status_code == 303


@pytest.mark.heavy
def test_every_route_answers_as_it_does_over_sqlite(state: State, run_home: Path, tmp_path: Path) -> None:
    """What an area asks of the state is portable: no route is a defect here and none there."""
    told: list[dict[str, int]] = []
    for one in (state, State(tmp_path / "s.sqlite3")):
        bench = Workbench(run_home, Settings(), one, names=frozenset({"testserver"}))
        bench.api_limit = bench.sign_in_limit = Limit(10**6, 60)
        signed_in(bench, [Role.administrator, Role.executive], EVERY)
        person = signed_in(bench, list(Role), EVERY)
        codes = {}
        for route in ROUTES:
            if route.roles is not None and "sign-out" not in route.path:
                codes[f"{route.method} {route.path}"] = ask(person, route, person.csrf).status_code
        told.append(codes)
    assert told[0] == told[1]
    assert not [path for path, code in told[0].items() if code >= 500]


def test_what_cannot_be_kept_is_refused_alike(state: State, tmp_path: Path) -> None:
    own = State(tmp_path / "s.sqlite3")
    for one, value in ((own, 10**30), (own, "\udcff"), (state, "\udcff"), (state, "9" * 30)):
        with pytest.raises(CorridorError, match="WEB-REQUEST"), one.reading() as con:
            con.execute("select * from account where account_id = ?", [value])


def person_accounts(bench: Workbench) -> list:  # type: ignore[type-arg]
    from corridor.web.accounts import read_accounts

    return read_accounts(bench.state)


def test_a_server_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg_pool")
    monkeypatch.setattr("corridor.web.postgres_store.WAIT_SECONDS", 0.3)
    with pytest.raises(CorridorError) as caught:
        State(f"postgresql://corridor:secret@/none?host={tmp_path}")
    assert caught.value.code == "WEB-STATE-UNREACHABLE" and "secret" not in caught.value.text()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select ? where a = '?' and b like '%x'", "select %s where a = '?' and b like '%%x'"),
        ('select "a?" % ?', 'select "a?" %% %s'),
        ("select 'it''s ?', ?", "select 'it''s ?', %s"),
    ],
)
def test_marks(sql: str, expected: str) -> None:
    assert marks(sql) == expected


def test_every_migration_can_be_said() -> None:
    from corridor.web.state import _statements

    for text in migrations().values():
        for statement in _statements(text):
            schema(statement)
    with pytest.raises(ValueError, match="trigger"):
        schema("create trigger t after insert on a begin delete from a; end;")
