"""What the tables of a run, and answers of settlements, say of one clinician, practice, hospital or ACO."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.programs.models.life import of_door

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules

Row = dict[str, Any]
KINDS = {10: "npi", 9: "tin", 6: "ccn"}
LEAST_CELL = 11  # CMS's cell size policy: smaller counts of people do not leave


@dataclass
class Found:
    """What one identifier is in. ``standings`` has one record a program, year and capacity."""

    identifier: str
    kind: str
    standings: list[Row] = field(default_factory=list)
    episodes: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def kind_of(identifier: str) -> str:
    """npi, tin, ccn, or aco by its shape. Raises OVERLAP-ID."""
    if identifier.isdigit() and len(identifier) in KINDS:
        return KINDS[len(identifier)]
    if identifier[:1].isalpha() and len(identifier) > 1 and identifier.isalnum():
        return "aco"
    if identifier.isalnum() and len(identifier) == 6:
        return "ccn"
    raise CorridorError(
        "OVERLAP-ID",
        f"{identifier!r} is neither an NPI, a TIN, a CCN nor an ACO.",
        todo="Ten digits are an NPI, nine a TIN, six characters that begin with a digit a CCN, else an ACO.",
        field="ID",
    )


def _where(found: Found) -> str:
    return {"npi": "npi = ?", "tin": "tin = ?"}.get(found.kind, "false and ? = ''")


def _has(run: Run, found: Found, table: str) -> bool:
    there = run.has(table) and bool(run.files(table))
    if not there:
        found.absent.append(table)
    return there


def _stand(found: Found, program: str, **figures: Any) -> None:
    empty = {"npi": None, "tin": None, "entity_id": None, "payment_year": None, "dollars": None,
             "dollars_low": None, "dollars_high": None, "whose": "own"}  # fmt: skip
    found.standings.append({"program": program, **empty, **figures})


def asm_of(run: Run, found: Found) -> None:
    """Adjustments of ASM."""
    if not _has(run, found, "asm.result"):
        return
    for row in run.query(
        "select npi, tin, performance_year, payment_year, payment_adjustment_factor, dollars from asm.result "
        f"where {_where(found)} order by npi, tin",
        [found.identifier],
    ):
        _stand(found, "asm", **_years(row), is_in=True, basis="asm.result", dollars=number(row["dollars"]),
               words=f"adjusts Part B payments by {_percent(row['payment_adjustment_factor'])}")  # fmt: skip


def mips_of(run: Run, found: Found) -> None:
    """The MIPS score that counts, and whether it adjusts."""
    if not _has(run, found, "mips.score"):
        return
    for row in run.query(
        "select npi, tin, performance_year, payment_year, final_score, payment_adjustment_factor, dollars, "
        f"adjusts, reporting from mips.score where counts and {_where(found)} order by npi, tin",
        [found.identifier],
    ):
        _stand(found, "mips", **_years(row), is_in=row["adjusts"], basis="mips.score",
               dollars=number(row["dollars"]),
               words=f"MIPS score {row['final_score']}, {row['reporting']}")  # fmt: skip


def qp_of(run: Run, found: Found) -> None:
    """Statuses of qualifying participants, and their dollars where they are settled."""
    if not _has(run, found, "qp.clinician_year"):
        return
    paid = {}
    if run.has("qp.status") and run.files("qp.status"):
        paid = {
            (row["npi"], row["tin"], row["payment_year"]): row["dollars"]
            for row in run.query(f"select * from qp.status where {_where(found)}", [found.identifier])
        }
    for row in run.query(
        f"select * from qp.clinician_year where {_where(found)} order by npi, tin, payment_year",
        [found.identifier],
    ):
        is_in = {"qp": True, "partial_qp": True, "none": False}.get(row["qp_status"])
        _stand(found, "qp", **_years(row), is_in=is_in, basis="qp.clinician_year",
               dollars=number(paid.get((row["npi"], row["tin"], row["payment_year"]))),
               mips_status=row["mips_status"], words=f"{row['qp_status']}: {row['qp_reason']}")  # fmt: skip


def aco_of(run: Run, found: Found) -> None:
    """ACOs of the practice (of an NPI: of its practices), and what the ACO's year looks like."""
    if not _has(run, found, "attribution.participant"):
        return
    tins = [found.identifier] if found.kind == "tin" else sorted({str(r["tin"]) for r in found.standings})
    asked = [found.identifier] if found.kind == "aco" else tins
    column = "aco_id" if found.kind == "aco" else "tin"
    acos: dict[str, tuple[str, str | None]] = {}
    for row in run.query("select tin, aco_id, program, acos from attribution.participant order by tin"):
        if row[column] in asked and row["aco_id"] is not None:
            acos[row["aco_id"]] = (row["program"], row["tin"] if found.kind != "aco" else None)
        elif row["tin"] in asked and row["aco_id"] is None:
            found.checks.append(
                {
                    "check": "a practice is in one ACO of a program",
                    "holds": False,
                    "words": f"{row['acos']} ACOs",
                }
            )
    for aco, (program, tin) in acos.items():
        name = "aco_reach" if program == "reach" else "mssp"
        # REACH lists a clinician, not the practice: of one clinician reach_participant tells
        open_ = name == "aco_reach" and found.kind == "npi"
        _stand(found, name, entity_id=aco, tin=tin, basis="attribution.participant",
               is_in=None if open_ else True,
               performance_year=int(run.manifest["setting"]["data_year"]), whose="ACO",
               words="practice on the participant list", **_projected(run, aco))  # fmt: skip


def _projected(run: Run, aco: str) -> Row:
    if not run.has("mssp.projection") or not run.files("mssp.projection"):
        return {}
    rows = run.query(
        "select savings, savings_low, savings_high from mssp.projection where aco_id = ? and newest "
        "order by year desc limit 1",
        [aco],
    )
    if not rows:
        return {}
    return {
        "dollars": number(rows[0]["savings"]),
        "dollars_low": number(rows[0]["savings_low"]),
        "dollars_high": number(rows[0]["savings_high"]),
    }


def reach_of(run: Run, found: Found) -> None:
    """ACOs of REACH that list the clinician."""
    if found.kind != "npi" or not _has(run, found, "attribution.reach_participant"):
        return
    for row in run.query(
        "select distinct aco_id, tin from attribution.reach_participant where npi = ? and not is_trial "
        "order by 1, 2",
        [found.identifier],
    ):
        listed = {"npi": found.identifier, "basis": "attribution.reach_participant", "is_in": True,
                  "words": "participant provider"}  # fmt: skip
        same = [one for one in found.standings if one["entity_id"] == row["aco_id"]]
        for one in same:
            one.update(listed)
        if not same:
            _stand(found, "aco_reach", entity_id=row["aco_id"], tin=row["tin"], whose="ACO", **listed,
                   performance_year=int(run.manifest["setting"]["data_year"]))  # fmt: skip


def team_of(run: Run, found: Found) -> None:
    """Episodes of the hospital (or the surgeon); gain or loss needs CMS's target prices."""
    if found.kind not in ("ccn", "npi") or not _has(run, found, "team.episode_cost"):
        return
    column = "facility_ccn" if found.kind == "ccn" else "surgeon_npi"
    total = run.query(
        "select count(*) as episodes, count(distinct person_id) as people, sum(spending) as spending "
        f"from team.episode_cost where definition_set = 'team' and {column} = ?",
        [found.identifier],
    )[0]
    if not total["episodes"]:
        return
    shown = total["people"] >= LEAST_CELL
    # any hospital's claims make episodes: who takes part stands on CMS's list, which a run does not hold
    _stand(found, "team", basis="team.episode_cost", is_in=None,
           performance_year=int(run.manifest["setting"]["data_year"]),
           whose="own" if found.kind == "ccn" else "hospital",
           episodes=int(total["episodes"]) if shown else None,
           spending=number(total["spending"]) if shown else None,
           words="episodes of the loaded claims, if CMS's list has the hospital; gain or loss needs "
           "CMS's target prices (corridor settle team)")  # fmt: skip
    if found.kind == "ccn" and shown and run.has("attribution.person") and run.files("attribution.person"):
        found.episodes = _shared(run, found.identifier, float(total["spending"]), int(total["people"]))


def shared_episodes(run: Run, ccn: str) -> list[Row]:
    """By ACO: what ``_shared`` tells of a hospital, nothing where its own people are too few."""
    needed = ("team.episode_cost", "attribution.person")
    if not all(run.has(table) and run.files(table) for table in needed):
        return []
    total = run.query(
        "select count(distinct person_id) as people, sum(spending) as spending "
        "from team.episode_cost where definition_set = 'team' and facility_ccn = ?",
        [ccn],
    )[0]
    if total["people"] < LEAST_CELL:
        return []
    return _shared(run, ccn, float(total["spending"]), int(total["people"]))


def _shared(run: Run, ccn: str, whole: float, everyone: int) -> list[Row]:
    """By ACO: the hospital's episodes whose beneficiary it holds. Small cells stay empty, and the smallest
    others where the hospital's total would tell what is left.
    """
    rows = run.query(
        "select person.aco_id, count(*) as episodes, count(distinct person.person_id) as people, "
        "sum(cost.spending) as spending from team.episode_cost as cost "
        "join attribution.person as person on person.person_id = cost.person_id "
        "where cost.definition_set = 'team' and cost.facility_ccn = ? and person.aco_id is not null "
        "group by 1 order by 1",
        [ccn],
    )
    shown = sorted((row for row in rows if row["people"] >= LEAST_CELL), key=lambda row: int(row["people"]))
    while shown and 0 < everyone - sum(row["people"] for row in shown) < LEAST_CELL:
        shown = shown[1:]
    told = {row["aco_id"] for row in shown}
    return [
        {
            "aco_id": row["aco_id"],
            "episodes": int(row["episodes"]) if row["aco_id"] in told else None,
            "spending": number(row["spending"]) if row["aco_id"] in told else None,
            "share_of_spending": float(row["spending"]) / whole if row["aco_id"] in told and whole else None,
            "aco_savings": _projected(run, row["aco_id"]).get("dollars"),
            "words": "the same dollars stand in the ACO's expenditures; reported, not netted",
        }
        for row in rows
    ]


def wiser_of(run: Run, found: Found) -> None:
    """Dollars of services that need an affirmation."""
    if found.kind not in ("npi", "tin") or not _has(run, found, "billing.prior_auth_exposure"):
        return
    for row in run.query(
        "select service_year, is_active, sum(dollars) as dollars, sum(services) as services "
        f"from billing.prior_auth_exposure where {_where(found)} "
        "and result in ('PA_RECOMMENDED', 'NEEDS_REVIEW') group by 1, 2 order by 1, 2",
        [found.identifier],
    ):
        _stand(found, "wiser", basis="billing.prior_auth_exposure", is_in=bool(row["is_active"]),
               performance_year=int(row["service_year"]), whose="exposed", exposed=number(row["dollars"]),
               words="allowed dollars of services that need an affirmation; no gain or loss")  # fmt: skip


def settled(path: Path, found: Found, rules: Rules) -> None:
    """Rows of an answer of ``corridor settle ... --json`` that name the identifier. Raises OVERLAP-ANSWER."""
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
        door, rows, year = str(answer["program"]), list(answer["rows"]), int(answer["year"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorridorError(
            "OVERLAP-ANSWER",
            "The file is no answer of corridor settle.",
            todo="Write one: corridor settle iota FILE --json > answer.json",
            file=path,
        ) from error
    known = [row["model"] for row in of_door(rules, door)]
    told = {_capacity(one) for one in found.standings if one["dollars"] is not None and one["whose"] == "own"}
    for row in rows:
        own = {str(row.get(name)) for name in ("hospital_id", "entity_id", "ccn", "aco_id", "npi", "tin")}
        if found.identifier not in own:
            continue
        name = COMPONENTS.get(str(row.get("component")), known[0] if known else door)
        money = next((row[key] for key in MONEY if row.get(key) is not None), None)
        if money is not None and row.get("repayment"):  # a hospital of TEAM has one of the two
            money -= row["repayment"]
        who = {one: row.get(one) and str(row[one]) for one in ("npi", "tin")}
        paid = row.get("payment_year") or answer.get("payment_year")
        _stand(found, name, basis=path.name, is_in=True, performance_year=year, dollars=number(money),
               whose="own", words="settled from a form", **who, payment_year=paid)  # fmt: skip
        if money is not None and _capacity(found.standings[-1]) in told:
            found.standings[-1]["dollars"] = None
            found.standings[-1]["words"] = "settled from a form; its dollars are known already, counted once"


def _capacity(row: Row) -> tuple[Any, ...]:
    """What may have one amount of dollars: a program, a year, a clinician."""
    return row["program"], row["performance_year"], row["npi"], row["tin"]


# the part of a form a row is of -> the model it settles
COMPONENTS = {"hospital": "ahead", "state": "ahead", "practice": "pc_ahead", "geo": "geo_ahead"}
# what a row of a settlement pays or takes; a budget is no gain: what it leaves above the claims is
MONEY = ("payment", "retained_revenue", "epcp", "geo_settlement", "reconciliation_payment",
         "earned_savings_or_losses", "dollars")  # fmt: skip


def _years(row: Row) -> Row:
    return {name: row[name] for name in ("npi", "tin", "performance_year", "payment_year")}


def number(value: Any) -> float | None:
    """A figure of a table, None where there is none."""
    return None if value is None or value != value else float(value)


def _percent(value: Any) -> str:
    return "an unknown share" if value is None or value != value else f"{float(value):+.2%}"


READERS = (asm_of, mips_of, qp_of, aco_of, reach_of, team_of, wiser_of)
