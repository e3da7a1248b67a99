"""Which rows an account may see, as conditions on the columns every table carries.

What is not known to be permitted is hidden: a table without an entity shows no row to an account that is
limited to some entities, unless it is listed here as holding nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from corridor.engine.connection import name

# Rows of one person or one claim are told by these columns, or by the room the table stands in. Numbers of
# stays, triggers, cases and events are made of the numbers of people and claims.
PATIENT_COLUMNS = frozenset(
    {
        "person_id", "claim_id", "episode_id", "claim_number", "admission_id", "trigger_id", "case_id",
        "event_id",
    }
)  # fmt: skip
PATIENT_ROOMS = frozenset({"cclf", "rif", "synpuf", "tuva", "fhir", "x12", "identity"})
# Tables that hold nothing of any entity: cohorts of the country, years, parameters.
SHARED = frozenset(
    {
        "attribution.alignment_year",
        "attribution.assignment_window",
        "asm.assumption",
        "asm.cohort",
        "asm.national_cohort",
        "asm.year_used",
        "mips.assumption",
        "panel.asm_spread",
    }
)
SHARED_ROOMS = frozenset({"reference"})
COLUMNS: dict[str, tuple[str, ...]] = {"aco": ("aco_id",), "tin": ("tin",), "npi": ("npi",)}
# Hospitals too are what an account is limited to; they are asked for only in tables of their own episodes.
KINDS = (*COLUMNS, "ccn")
HOSPITALS = ("facility_ccn", "hospital_ccn")
OF_HOSPITALS = ("team.", "panel.team_")
ACTIONS = ("action.ranked", "action.effect")  # their CCN is whose the action is
OF_EPISODE = "episodes.chronic_attribution"
LINES_OF_EPISODE = "episodes.chronic_service"
# Whoever answers for a person sees that person's rows, where the row is of nobody else besides.
OF_PERSON = "attribution.person"
OPTED_OUT = "claims.opt_out"
# What is billed and what is found of it belongs to whoever billed it, also inside an episode of another's.
BILLED_ROOMS = frozenset({"billing"})
# Who takes part in an ACO: a practice whole (Shared Savings), or clinicians of it (REACH); and everywhere a
# clinician bills.
PARTICIPANTS, REACH_PARTICIPANTS, ROSTER = (
    "attribution.participant", "attribution.reach_participant", "asm.roster",
)  # fmt: skip
# All care of a person, whoever rendered it: an answerable practice or ACO is sent it by CMS too.
CARE_OF_PERSON = frozenset({"claims.service_line", "claims.pharmacy_claim", "population.claim_line"})


@dataclass(frozen=True)
class Scope:
    """The rows of an account: every one, or those of these ACOs, TINs, NPIs and hospitals."""

    every_row: bool = False
    aco: tuple[str, ...] = ()
    tin: tuple[str, ...] = ()
    npi: tuple[str, ...] = ()
    ccn: tuple[str, ...] = ()

    def values(self, kind: str) -> Sequence[str]:
        """The entities of a kind: aco, tin, npi or ccn."""
        found: Sequence[str] = getattr(self, kind)
        return found

    def words(self) -> str:
        """The scope in a few words."""
        if self.every_row:
            return "every row"
        parts = [f"{kind.upper()} {', '.join(self.values(kind))}" for kind in KINDS if self.values(kind)]
        return "; ".join(parts) or "no row"


def of_patients(table: str, columns: Collection[str]) -> bool:
    """Whether a row of the table is about one person, claim or episode."""
    return table.partition(".")[0] in PATIENT_ROOMS or not PATIENT_COLUMNS.isdisjoint(columns)


def of_one_person(table: str, columns: Collection[str]) -> bool:
    """Whether a row is about one person and belongs to no entity, file or episode of its own, so that whoever
    answers for the person may see it; a second person in the row (a matched control) shuts it.
    """
    others = [column for column in columns if column.endswith("person_id") and column != "person_id"]
    owned = any(column in columns for kinds in COLUMNS.values() for column in kinds) or (
        {"level", "entity_id"} <= set(columns)
    )
    return (
        "person_id" in columns
        and not others
        and "episode_id" not in columns
        and table.partition(".")[0] not in PATIENT_ROOMS
        and (not owned or table in CARE_OF_PERSON)
    )


def condition(
    table: str,
    columns: Collection[str],
    *,
    episodes: bool,
    lines: bool,
    people: bool = False,
    participants: bool = False,
) -> str:
    """The where clause that keeps the rows in scope; the entities themselves are in tables ``scope.<kind>``.

    episodes, lines, people: whether the run can tell whose an episode is, which claim lines it holds, and who
    answers for a person (``scope.episode``, ``scope.line``, ``scope.person``).
    participants: whether it can tell who takes part in the ACOs of the scope (``scope.practice``,
    ``scope.pair``, ``scope.clinician``).
    """
    if table in SHARED or table.partition(".")[0] in SHARED_ROOMS:
        return "true"
    tests = [
        f"{name(column)} in (select value from scope.{kind})"
        for kind, names in COLUMNS.items()
        for column in names
        if column in columns
    ]
    if table.startswith(OF_HOSPITALS):
        tests += [
            f"{name(column)} in (select value from scope.ccn)" for column in HOSPITALS if column in columns
        ]
    if table in ACTIONS and "ccn" in columns:
        tests.append(f"{name('ccn')} in (select value from scope.ccn)")
    if {"level", "entity_id"} <= set(columns):
        tests += [
            f"({name('level')} = '{kind}' and {name('entity_id')} in (select value from scope.{kind}))"
            for kind in COLUMNS
        ]
    # results and scores of an APM entity: of the ACO of that number; of its clinicians, where they name them
    for kind, value in (("level", "entity"), ("participation", "apm_entity")):
        if {kind, "entity_id"} <= set(columns):
            mine = "in (select value from scope.aco)"
            tests.append(f"({name(kind)} = '{value}' and {name('entity_id')} {mine})")
    if {"level", "subject"} <= set(columns):  # scores of an APM entity, or of a clinician
        tests += [
            f"({name('level')} = '{level}' and {name('subject')} in (select value from scope.{kind}))"
            for level, kind in (("entity", "aco"), ("individual", "npi"))
        ]
    if episodes and "episode_id" in columns:
        tests.append(f"{name('episode_id')} in (select episode_id from scope.episode)")
    elif table.partition(".")[0] in BILLED_ROOMS:
        pass
    elif lines and {"source_id", "claim_id", "claim_line_number"} <= set(columns):
        keys = ", ".join(map(name, ("source_id", "claim_id", "claim_line_number")))
        tests.append(f"({keys}) in (select source_id, claim_id, claim_line_number from scope.line)")
    if people and of_one_person(table, columns):
        tests.append(f"{name('person_id')} in (select person_id from scope.person)")
    if participants:
        tests += _of_participants(table, columns)
    return " or ".join(tests) or "false"


def _of_participants(table: str, columns: Collection[str]) -> list[str]:
    """What an ACO sees of its practices and clinicians: sums and results, never rows about single people.

    CMS sends an ACO the claims of its own people only, and a practice treats others too. A table that names
    ACOs itself is told by that name alone. A clinician's row without a practice is seen where every practice
    of that clinician takes part.
    """
    columns = set(columns)
    if of_patients(table, columns) or "aco_id" in columns:
        return []
    practice, clinician = "in (select value from scope.practice)", "in (select value from scope.clinician)"
    tests = []
    if "tin" in columns:
        tests.append(f"{name('tin')} {practice}")
        if "npi" in columns:
            tests.append(f"({name('tin')}, {name('npi')}) in (select tin, npi from scope.pair)")
    elif "npi" in columns:
        tests.append(f"{name('npi')} {clinician}")
    if {"level", "entity_id"} <= columns:
        tests += [
            f"({name('level')} = 'tin' and {name('entity_id')} {practice})",
            f"({name('level')} = 'npi' and {name('entity_id')} {clinician})",
        ]
    if {"level", "subject"} <= columns:
        tests.append(f"({name('level')} = 'individual' and {name('subject')} {clinician})")
    return tests
