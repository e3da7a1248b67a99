"""The two files of the risk calculator: people and their diagnoses, checked and staged for the steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from corridor.engine.tabular import Found, Layout, Staged, load_layout, open_table, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.errors import CorridorError
from corridor.words import and_more

# An ICD-10-CM code without its point; anything else is no diagnosis code at all.
_ICD10 = "[A-Z][0-9][0-9A-Z]{1,5}"
_SHOWN_CODES = 5


@dataclass(frozen=True)
class Inputs:
    """What was read, and what of it cannot count.

    people, diagnoses    rows read
    unknown_codes        diagnosis rows whose code is no ICD-10 code; ``examples`` of them
    codes_without_hcc    diagnosis rows whose code counts for no HCC of the models asked for
    without_person       diagnosis rows of nobody in the list of people
    absent               columns of the list of people that were taken at their defaults
    """

    people: int
    diagnoses: int
    unknown_codes: int
    examples: tuple[str, ...]
    codes_without_hcc: int
    without_person: int
    absent: tuple[str, ...]


def stage_inputs(
    con: duckdb.DuckDBPyConnection, people: Path, diagnoses: Path, scratch: Path, default_esrd: str
) -> tuple[str, ...]:
    """Make population.risk_person, population.risk_diagnosis and door.person (number -> person_id).

    Returns the optional columns the list of people lacks. Raises RISK-NOBODY, RISK-ROW for the first row
    that cannot be used, RISK-PERSON-TWICE, RISK-GRAFT-MONTHS, and what reading a table raises.
    """
    listed = _staged(con, people, "people", scratch)
    if not _number(con, "select count(*) from people"):
        raise CorridorError(
            "RISK-NOBODY",
            "The list of people holds nobody.",
            why="It has its column names, but no row below them.",
            todo="Write one row for each person whose risk score is wanted.",
            file=people.name,
        )
    con.execute("create schema if not exists door")
    con.execute(
        "create or replace table door.person as select "
        "cast(row_number() over (order by line_number) as bigint) as number, line_number, person_id "
        "from people"
    )
    _refuse_twice(con, listed)
    con.execute(
        "create or replace table population.risk_person as select door.number as person_id, people.age, "
        "people.sex, coalesce(people.dual_status, '00') as dual_status_code, "
        "coalesce(people.original_reason, '0') as original_reason, "
        "coalesce(people.institutional, false) as institutional, "
        "coalesce(people.new_enrollee, false) as new_enrollee, "
        "coalesce(people.special_needs_plan, false) as special_needs_plan, "
        f"coalesce(people.esrd_status, '{default_esrd}') as esrd_status, "
        "coalesce(people.graft_months, 0) as graft_months "
        "from people join door.person as door on door.line_number = people.line_number"
    )
    _refuse_graft(con, listed)
    _staged(con, diagnoses, "diagnoses", scratch)
    con.execute(
        "create or replace table door.diagnosis as select door.number as person_id, "
        "replace(diagnoses.code, '.', '') as diagnosis_code from diagnoses "
        "left join door.person as door on door.person_id = diagnoses.person_id"
    )
    con.execute(
        "create or replace table population.risk_diagnosis as select distinct person_id, diagnosis_code "
        "from door.diagnosis where person_id is not null"
    )
    return listed.absent


def count_inputs(con: duckdb.DuckDBPyConnection, absent: tuple[str, ...]) -> Inputs:
    """Count what was read, once the steps have made ``population.hcc_code``."""
    people = _number(con, "select count(*) from door.person")
    rows, orphans, unknown = (
        int(value or 0)
        for value in con.execute(
            "select count(*), count(*) - count(person_id), "
            f"sum(case when regexp_full_match(diagnosis_code, '{_ICD10}') then 0 else 1 end) "
            "from door.diagnosis"
        ).fetchone()
        or (0, 0, 0)
    )
    without = _number(
        con,
        "select count(*) from door.diagnosis as given "
        f"where regexp_full_match(given.diagnosis_code, '{_ICD10}') and given.diagnosis_code not in "
        "(select diagnosis_code from population.hcc_code)",
    )
    examples = con.execute(
        f"select distinct diagnosis_code from door.diagnosis "
        f"where not regexp_full_match(diagnosis_code, '{_ICD10}') order by 1 limit {_SHOWN_CODES}"
    ).fetchall()
    return Inputs(people, rows, unknown, tuple(str(row[0]) for row in examples), without, orphans, absent)


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _staged(con: duckdb.DuckDBPyConnection, path: Path, name: str, scratch: Path) -> Staged:
    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    layout: Layout = load_layout("risk", name)
    table = open_table(Found(path, path.name), [layout], scratch)
    if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
        refuse_columns(table, layout, f"risk_{name}")
    staged = stage(con, table, layout, name)
    if staged.rows_rejected:
        first = con.execute(
            f"select line_number, field, reason from ({staged.rejects}) order by line_number limit 1"
        ).fetchone()
        assert first is not None
        raise CorridorError(
            "RISK-ROW",
            f"A row cannot be used: {first[2]}.",
            why=and_more(staged.rows_rejected, "A score needs every row right."),
            todo="Correct the row, or take it out.",
            file=path.name,
            line=int(first[0]),
            field=str(first[1]),
        )
    return staged


def _refuse_twice(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    twice = con.execute(
        "select min(line_number), max(line_number) from door.person group by person_id having count(*) > 1 "
        "order by 1 limit 1"
    ).fetchone()
    if twice:
        raise CorridorError(
            "RISK-PERSON-TWICE",
            f"A person stands on line {twice[0]} and again on line {twice[1]}.",
            why="Two rows of one person would give two scores.",
            todo="Keep one row for each person_id.",
            file=staged.file_name,
            line=int(twice[1]),
            field="person_id",
        )


def _refuse_graft(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    row = con.execute(
        "select min(door.line_number) from population.risk_person as person "
        "join door.person as door on door.number = person.person_id "
        "where person.esrd_status = 'graft' and person.graft_months = 0"
    ).fetchone()
    if row and row[0] is not None:
        raise CorridorError(
            "RISK-GRAFT-MONTHS",
            "A person with a transplant has no months since it.",
            why="The ESRD models score months 1 to 3, 4 to 9 and 10 onwards differently.",
            todo="Give graft_months, the months since the transplant, counted from 1.",
            file=staged.file_name,
            line=int(row[0]),
            field="graft_months",
        )
