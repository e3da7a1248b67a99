"""A small run in a warehouse, and browsers of people with every role."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from corridor.settings import Settings
from corridor.web import accounts
from corridor.web.accounts import create_account, find_account
from corridor.web.app import create_app
from corridor.web.guard import COOKIE
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.sessions import start_session
from corridor.web.sqlite_store import SqliteStore
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.reports.community import FakeRun

PASSWORD = "several plain words"
RUN = "20270401T060000000000-abcdef01"
EVERY = Scope(every_row=True)


def write_run(home: Path) -> None:
    """The hand-made community as a complete run on disk, with tables of people and entities beside it."""
    run = FakeRun(home)
    clinicians = run.query("select distinct tin, npi from asm.result order by npi")
    run.add(
        "asm.roster",
        [
            {
                **row, "clinician_name": f"Dr. {'Oak' if place % 2 else 'Elm'} {place:02d}",
                "specialty_code": "06", "practice_size": 4, "claim_lines": 100 + place,
                "last_claim_date": "2026-12-31",
            }
            for place, row in enumerate(clinicians)
        ],
    )  # fmt: skip
    run.add(
        "measures.performance",
        [
            {
                "level": level, "entity_id": entity, "measure": "cost", "people": people,
                "observed_rate": 11.0, "expected_rate": 10.0, "dollars": 5000.0, "ratio": 1.1,
                "shrunken_ratio": 1.05,
                "interval_low": 0.9, "interval_high": 1.2, "peers": 24, "reliability": 0.6,
                "exploratory": False,
            }
            for level, entity, people in (
                ("npi", clinicians[0]["npi"], 40), ("npi", clinicians[1]["npi"], 5),
                ("tin", clinicians[0]["tin"], 60), ("aco", "A1", 90), ("region", "36", 400),
            )
        ],
    )  # fmt: skip
    run.add(
        "attribution.participant",
        [{"tin": clinicians[0]["tin"], "aco_id": "A1"}, {"tin": "x", "aco_id": "A2"}],
    )
    run.add("population.need_tier", [{"person_id": 1, "tier": "high"}, {"person_id": 2, "tier": "stable"}])
    run.add("population.pmpm", [{"month": 202701, "pmpm": 900.0}])
    run.add("claims.service_line", _lines(run))
    steps = []
    for table in sorted(run.tables):
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        run.con.execute(f"copy (select * from {table}) to '{folder}/part.parquet' (format parquet)")
        (row,) = run.query(f"select count(*) as n from {table}")
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": row["n"], "digest": table})
    manifest = {**run.manifest, "steps": steps, "externals": {}}
    (home / "runs" / RUN).mkdir(parents=True)
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")


def _lines(run: FakeRun) -> list[dict[str, object]]:
    """The lines of the episodes, all rendered by somebody outside."""
    return [
        {**row, "part": "B", "tin": "000000000", "npi": "0000000000"}
        for row in run.query(
            "select distinct source_id, claim_id, claim_line_number from episodes.chronic_service"
        )
    ]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing tested here hangs on how slowly a password is hashed, nor on a loss of power."""
    opened = SqliteStore._open
    monkeypatch.setattr(SqliteStore, "_open", lambda store, durable=True: opened(store, False))
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def run_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("web") / "data"
    write_run(home)
    return home


@pytest.fixture
def bench(run_home: Path, tmp_path: Path) -> Workbench:
    """Over the run, with a state of its own."""
    return Workbench(
        run_home, Settings(), State(tmp_path / "state" / "s.sqlite3"), names=frozenset({"testserver"})
    )


@pytest.fixture
def empty_bench(tmp_path: Path) -> Workbench:
    """Over a warehouse with nothing in it."""
    return Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )


def app_of(bench: Workbench) -> FastAPI:
    """The application over a workbench, made once: it has a hundred routes and more."""
    made: FastAPI = bench.__dict__.setdefault("app_of_tests", None) or create_app(bench)
    bench.__dict__["app_of_tests"] = made
    return made


def browser(bench: Workbench) -> TestClient:
    """A browser nobody has signed in with."""
    return TestClient(app_of(bench), follow_redirects=False, raise_server_exceptions=False)


class Person(TestClient):
    """A browser somebody is signed in with; ``csrf`` is what its forms carry."""

    csrf: str


Sign = Callable[..., Person]


@pytest.fixture
def signed(bench: Workbench) -> Sign:
    """Make an account and sign it in: ``signed(Role.analyst)``."""

    def sign(
        *roles: Role, scope: Scope = EVERY, must_change: bool = False, over: Workbench | None = None
    ) -> Person:
        return signed_in(over or bench, roles, scope, must_change)

    return sign


def signed_in(bench: Workbench, roles: Collection[Role], scope: Scope, must_change: bool = False) -> Person:
    name = f"{'-'.join(sorted(roles))}{abs(hash(scope)) % 10**8}"
    account_id = create_account(bench.state, name, PASSWORD, roles, scope, must_change=must_change)
    account = find_account(bench.state, account_id)
    assert account is not None
    secret, session = start_session(bench.state, account)
    person = Person(app_of(bench), follow_redirects=False, raise_server_exceptions=False)
    person.cookies.set(COOKIE, secret)
    person.csrf = session.csrf
    return person
