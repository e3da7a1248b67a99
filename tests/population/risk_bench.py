"""The risk steps alone over people and diagnoses that a test gives, and hccinfhir over the same."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from hccinfhir.model_calculate import calculate_raf
from hccinfhir.utils import load_coefficients, load_dx_to_cc_mapping, load_hierarchies

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect, parquet
from corridor.engine.warehouse import Warehouse
from corridor.jobs.risk import _needed
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.reference.add import add_references

LONG_NAMES = {
    "v24": "CMS-HCC Model V24",
    "v28": "CMS-HCC Model V28",
    "esrd_v24": "CMS-HCC ESRD Model V24",
}
COEFFICIENTS = {
    2025: "ra_coefficients_2025.csv",
    2026: "ra_coefficients_2026.csv",
    2027: "ra_proposed_coefficients_2027.csv",
}
PEOPLE = {
    "person_id": "BIGINT",
    "age": "INTEGER",
    "sex": "VARCHAR",
    "dual_status_code": "VARCHAR",
    "original_reason": "VARCHAR",
    "institutional": "BOOLEAN",
    "new_enrollee": "BOOLEAN",
    "special_needs_plan": "BOOLEAN",
    "esrd_status": "VARCHAR",
    "graft_months": "INTEGER",
}


@dataclass(frozen=True)
class Person:
    """One beneficiary, as the models see one."""

    age: int = 70
    sex: str = "F"
    dual: str = "00"
    reason: str = "0"
    institutional: bool = False
    new_enrollee: bool = False
    special_needs_plan: bool = False
    esrd: str = "none"
    months: int = 0
    codes: tuple[str, ...] = ()

    def row(self, number: int) -> tuple[Any, ...]:
        return (
            *(number, self.age, self.sex, self.dual, self.reason, self.institutional, self.new_enrollee),
            *(self.special_needs_plan, self.esrd, self.months),
        )


def package_files() -> list[Path]:
    """The CMS tables that come with hccinfhir."""
    folder = Path(str(resources.files("hccinfhir").joinpath("data")))
    return sorted([*folder.glob("ra_*.csv"), folder / "hcc_is_chronic.csv"])


@cache
def installed_home(home: Path) -> Warehouse:
    """A warehouse with those tables installed, by the importer every user takes."""
    warehouse = Warehouse.open(home)
    refused = [one.file for one in add_references(package_files(), warehouse) if one.status == "refused"]
    assert not refused, refused
    return warehouse


def load_reference(
    con: duckdb.DuckDBPyConnection, warehouse: Warehouse, only: str = "reference.hcc_"
) -> None:
    """The reference tables of a warehouse, empty ones where nothing is installed."""
    con.execute("create schema if not exists reference")
    for table in reference_tables(warehouse):
        if table.name.startswith(only):
            assert table.columns is not None
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
            con.execute(f"create or replace table {table.name} ({columns})")
            if table.whole.files:
                names = ", ".join(f'"{name}"' for name in table.columns)
                con.execute(f"insert into {table.name} select {names} from {parquet(table.whole.files)}")


class RiskBench:
    """Scores people with the step files; ``con`` holds every table they made."""

    def __init__(
        self,
        warehouse: Warehouse,
        models: Sequence[str],
        year: int,
        overrides: dict[str, Any] | None = None,
    ) -> None:
        self.con = connect(threads=1)
        self.con.execute("create schema population; create schema run")
        load_reference(self.con, warehouse)
        self.force = load_rules(["risk"], overrides=overrides or {}).in_force(year)
        self.con.execute("create table population.risk_wanted (model varchar, payment_year integer)")
        self.con.executemany(
            "insert into population.risk_wanted values (?, ?)", [[model, year] for model in models]
        )

    def give(self, people: Sequence[Person]) -> None:
        columns = list(zip(*[person.row(number) for number, person in enumerate(people)]))
        types = (np.int64, np.int32, object, object, object, bool, bool, bool, object, np.int32)
        given = {name: np.array(values, dtype=kind) for name, values, kind in zip(PEOPLE, columns, types)}
        self.con.register("given_people", given)
        chosen = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in PEOPLE.items())
        self.con.execute(
            f"create or replace table population.risk_person as select {chosen} from given_people"
        )
        pairs = [(number, code) for number, person in enumerate(people) for code in person.codes]
        self.con.register(
            "given_codes",
            {
                "person_id": np.array([number for number, _ in pairs], dtype=np.int64),
                "diagnosis_code": np.array([code for _, code in pairs], dtype=object),
            },
        )
        self.con.execute(
            "create or replace table population.risk_diagnosis as "
            "select distinct person_id, cast(diagnosis_code as varchar) as diagnosis_code from given_codes"
        )

    def run(self, *targets: str) -> None:
        """Run the steps the targets need; keys are checked."""
        steps = load_catalogue().steps
        for name in _needed(list(targets) or ["population.risk_score", "population.hcc"]):
            step = steps[name]
            self.force.register(self.con, list(step.rules))
            self.con.execute(f"create or replace table {name} as {step.sql}")  # type: ignore[attr-defined]
            key = ", ".join(step.key)
            twice = self.con.execute(
                f"select count(*) from (select 1 from {name} group by {key} having count(*) > 1)"
            ).fetchone()
            assert twice == (0,), f"{name}: {twice} keys more than once"

    def score(self, people: Sequence[Person], *more: str) -> list[dict[str, Any]]:
        """Rows of population.risk_score with ``hccs``, in the order given, for a bench of one model."""
        self.give(people)
        self.run("population.risk_score", "population.hcc", *more)
        return self.rows(
            "select score.*, coalesce(hcc.list, []) as list from population.risk_score as score "
            "left join (select person_id, model, list(hcc order by hcc) as list from population.hcc "
            "group by person_id, model) as hcc "
            "on hcc.person_id = score.person_id and hcc.model = score.model "
            "order by score.person_id, score.model"
        )

    def rows(self, query: str) -> list[dict[str, Any]]:
        found = self.con.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def column(self, query: str) -> list[Any]:
        return [row[0] for row in self.con.execute(query).fetchall()]


class Oracle:
    """hccinfhir with the tables of one payment year.

    Of the hierarchies it takes the copy of 2026: that of 2025 lacks 22 rows of CMS's macro V28115H1.
    """

    def __init__(self, model: str, year: int, factor: float | None = None, intensity: float = 0.0) -> None:
        self.model = LONG_NAMES[model]
        self.mapping = load_dx_to_cc_mapping(f"ra_dx_to_cc_{min(year, 2026) if model != 'v28' else year}.csv")
        self.coefficients = load_coefficients(COEFFICIENTS[min(year, 2026) if model != "v28" else year])
        self.hierarchies = load_hierarchies("ra_hierarchies_2026.csv")
        self.factor = factor or 1.0
        self.intensity = intensity

    def score(self, person: Person) -> Any:
        return calculate_raf(
            list(person.codes),
            model_name=self.model,  # type: ignore[arg-type]
            age=person.age,
            sex=person.sex,
            dual_elgbl_cd=person.dual,
            orec=person.reason,
            crec="2" if person.esrd != "none" else "0",
            new_enrollee=person.new_enrollee,
            snp=person.special_needs_plan,
            lti=person.institutional,
            graft_months=person.months if person.esrd == "graft" else None,  # type: ignore[arg-type]
            dx_to_cc_mapping=self.mapping,
            coefficients_mapping=self.coefficients,
            hierarchies_mapping=self.hierarchies,
            norm_factor=self.factor,
            maci=self.intensity,
        )

    def coefficient(self, name: str) -> float:
        return self.coefficients[(name.lower(), self.model)]  # type: ignore[index]


def random_people(
    count: int, codes: Sequence[str], edited: Sequence[str], esrd: bool, seed: int = 20261122
) -> list[Person]:
    """Beneficiaries of every segment, dense enough in diagnoses for interactions and hierarchies."""
    rng = random.Random(seed)
    people = []
    for _ in range(count):
        status = rng.choice(("dialysis", "graft")) if esrd else "none"
        chosen = {rng.choice(codes) for _ in range(rng.choice((0, 1, 2, 4, 8, 16)))}
        if rng.random() < 0.2:
            chosen.add(rng.choice(edited))
        people.append(
            Person(
                age=rng.choice((rng.randint(0, 110), rng.randint(60, 70), rng.randint(65, 95))),
                sex=rng.choice("FM"),
                dual=rng.choice(("00", "00", "01", "02", "03", "04", "05", "06", "08", "09")),
                reason=rng.choice("00123"),
                institutional=rng.random() < 0.15,
                new_enrollee=rng.random() < 0.15,
                special_needs_plan=rng.random() < 0.3,
                esrd=status,
                months=rng.randint(4, 30) if status == "graft" else 0,
                codes=tuple(sorted(chosen)),
            )
        )
    return people


def changed(person: Person, **values: Any) -> Person:
    return replace(person, **values)


def without(codes: Iterable[str], dropped: set[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in dropped)
