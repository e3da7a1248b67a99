"""How well audits find what a synthetic community is known to hold: recall and precision by kind of finding.

A finding is right when the truth lists its very claim line under its kind or, for what is left unbilled by
the month, the same person, month and clinician. Which of two equal lines is the repeat nobody can say: there
alone the pair may be turned round. A row of the truth makes one finding right; another is a false alarm.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.engine.connection import name as quoted
from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.audits import AUDITS
from corridor.jobs.context import Context

NEEDED = ("audit", "kind", "claim_id", "claim_line_number", "person", "npi", "month")
"""The columns a truth must have; ``other_claim_id`` and ``other_claim_line_number`` may be there."""

SHOWN = (
    *("audit", "kind", "person_id", "npi", "tin", "claim_id", "claim_line_number", "other_claim_id"),
    *("other_claim_line_number", "service_date", "month", "hcpcs_code", "other_hcpcs_code", "certainty"),
)
LEAST = 0.95
EITHER_WAY = ("duplicate_line", "duplicate_claim")
"""Kinds whose two lines are alike, so that either may be the one named."""
Row = dict[str, Any]
Key = tuple[str, ...]


@dataclass
class Score:
    """One kind of finding against the truth.

    seeded        rows of the truth that must be found (``must_find``; rows that may be are never missed)
    found         of them found
    findings      findings of the kind
    right         of them rows that must be found
    possible      of them rows that may be found: the record decides, so that they do not count as right
    sure, sure_right  findings that are said to be sure, and of them the right ones
    again             findings of a row of the truth that another finding has named: they are not right
    other_clinician   findings of a month of the truth that name another clinician: they are not right
    """

    audit: str
    kind: str
    seeded: int = 0
    found: int = 0
    findings: int = 0
    right: int = 0
    possible: int = 0
    sure: int = 0
    sure_right: int = 0
    again: int = 0
    other_clinician: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the truth that was found."""
        return self.found / self.seeded if self.seeded else None

    @property
    def precision(self) -> float | None:
        """Share of the findings that are right beyond doubt: rows of the truth that must be found."""
        return self.right / self.findings if self.findings else None

    @property
    def precision_possible(self) -> float | None:
        """The same, with findings that may be right counted as right."""
        return (self.right + self.possible) / self.findings if self.findings else None

    @property
    def precision_sure(self) -> float | None:
        """The same of the sure findings."""
        return self.sure_right / self.sure if self.sure else None

    def to_dict(self) -> Row:
        """One record."""
        shares = ("recall", "precision", "precision_possible", "precision_sure")
        return {name: getattr(self, name) for name in (*self.__dataclass_fields__, *shares)}


@dataclass
class Scored:
    """Scores by kind, every miss and false alarm, and kinds that the truth knows nothing of."""

    scores: list[Score]
    cases: list[Row] = field(default_factory=list)
    not_in_truth: dict[str, int] = field(default_factory=dict)

    @property
    def below(self) -> list[Score]:
        """Kinds that are in the truth and fall short in recall or precision."""
        return [
            one for one in self.scores if one.seeded and min(one.recall or 0.0, one.precision or 0.0) < LEAST
        ]


def score(truth: Path, context: Context, only: str | None = None) -> Scored:
    """Hold the findings of the last complete run against a truth. ``only``: one audit or kind of it.

    Raises AUDIT-TRUTH for a file that is no truth, AUDIT-NOT-MADE where the run has no findings.
    """
    rows = read_truth(truth)
    run = open_run(context.warehouse.home)
    findings = _findings(run)
    people = _people(context)
    if only is not None:
        rows = [row for row in rows if only in (row["audit"], row["kind"])]
        findings = [row for row in findings if only in (row["audit"], row["kind"])]
    return compare(rows, findings, people)


def read_truth(path: Path) -> list[Row]:
    """The rows of billing_truth.csv. Raises AUDIT-TRUTH."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [column for column in NEEDED if column not in (reader.fieldnames or [])]
            rows = list(reader) if not missing else []
    except (OSError, UnicodeDecodeError, csv.Error):
        missing, rows = list(NEEDED), []
    if missing:
        raise CorridorError(
            "AUDIT-TRUTH",
            "This is no list of known billing errors.",
            why=f"It cannot be read, or lacks the columns {', '.join(missing)}.",
            todo="Give billing_truth.csv of a community that `corridor synth` wrote.",
            file=path.name,
        )
    return rows


def compare(truth: Sequence[Row], findings: Iterable[Row], people: dict[str, str]) -> Scored:
    """Scores of findings against a truth; ``people``: identifier in the truth to person_id in findings."""
    scores: dict[str, Score] = {}
    places: dict[Key, int] = {}
    for number, row in enumerate(truth):
        scores.setdefault(row["kind"], Score(row["audit"], row["kind"])).seeded += _must(row)
        for key in _keys_of_truth(row, people):
            places.setdefault(key, number)
    hit = [False] * len(truth)
    out = Scored([])
    for row in findings:
        kind = str(row["kind"])
        if kind not in scores:
            out.not_in_truth[kind] = out.not_in_truth.get(kind, 0) + 1
            continue
        place = next((places[key] for key in _keys_of_finding(row) if key in places), None)
        case = _judge(row, scores[kind], truth, hit, place)
        if case is not None:
            out.cases.append({"case": case, **_shown(row)})
    for number, row in enumerate(truth):
        if not _must(row):
            continue
        scores[row["kind"]].found += hit[number]
        if not hit[number]:
            person = people.get(row["person"])
            out.cases.append({"case": "missed", **_shown({**row, "person_id": person})})
    out.scores = sorted(scores.values(), key=lambda one: (one.audit, one.kind))
    out.cases.sort(key=lambda one: (str(one["kind"]), one["case"], str(one["claim_id"]), str(one["month"])))
    return out


def _judge(row: Row, one: Score, truth: Sequence[Row], hit: list[bool], place: int | None) -> str | None:
    """Count a finding of the kind; what to call it where it is not right. ``place``: its row of the truth."""
    sure = row.get("certainty") == "sure"
    one.findings += 1
    one.sure += sure
    if place is None:
        return "false alarm"
    if _other_clinician(truth[place], row):
        one.other_clinician += 1
        return "another clinician"
    if hit[place]:
        one.again += 1
        return "found again"
    hit[place] = True
    if not _must(truth[place]):
        one.possible += 1
        return None
    one.right += 1
    one.sure_right += sure
    return None


def _other_clinician(known: Row, row: Row) -> bool:
    """Whether a finding of a month names somebody else than who answers for the person."""
    return not known["claim_id"] and str(row.get("npi") or "") != known["npi"]


def _must(row: Row) -> bool:
    return row.get("must_find") != "no"


def _keys_of_truth(row: Row, people: dict[str, str]) -> list[Key]:
    """How a finding names this row: its line, of repeats also the pair turned round, or person and month."""
    if not row["claim_id"]:
        return [("month", row["kind"], people.get(row["person"], ""), str(row["month"]))]
    line, other = _line(row, ""), _line(row, "other_")
    keys: list[Key] = [("line", row["kind"], *line)]
    if row["kind"] in EITHER_WAY and row.get("other_claim_id"):
        keys.append(("pair", row["kind"], *other, *line))
    return keys


def _keys_of_finding(row: Row) -> list[Key]:
    kind = str(row["kind"])
    if not row.get("claim_id"):
        return [("month", kind, str(row.get("person_id") or ""), str(row.get("month") or ""))]
    line = _line(row, "")
    return [("line", kind, *line), ("pair", kind, *line, *_line(row, "other_"))]


def _line(row: Row, prefix: str) -> tuple[str, str]:
    return (str(row.get(f"{prefix}claim_id")), str(row.get(f"{prefix}claim_line_number")))


def _shown(row: Row) -> Row:
    """What a list of cases shows: never an identifier of a person."""
    return {name: row.get(name) if row.get(name) != "" else None for name in SHOWN}


def _findings(run: Run) -> list[Row]:
    tables = [one.table for one in AUDITS.values() if one.name != "all" and run.has(one.table)]
    if not tables:
        raise CorridorError(
            "AUDIT-NOT-MADE",
            "The last complete run did not make findings of audits.",
            todo="Run again: corridor run, or corridor run --only billing.finding",
        )
    # by their name, so that of two findings of one row it is always the same that counts
    return [
        row
        for table in tables
        for row in run.query(f"select * from {quoted(*table.split('.'))} order by finding_id")
    ]


def _people(context: Context) -> dict[str, str]:
    """Identifiers to person_id, of everybody loaded, with merges applied; it stays in memory."""
    from corridor.engine.connection import connect, parquet

    con = connect()
    parts = [one.path / "identity" / "person.parquet" for one in context.warehouse.deliveries()]
    present = [part for part in parts if part.exists()]
    if not present:
        return {}
    known = dict(con.execute(f"select identifier, person_id from {parquet(present)}").fetchall())
    merges: dict[int, int] = {}
    if alias := context.warehouse.alias_parts():
        merges = dict(con.execute(f"select person_id, kept_person_id from {parquet(alias)}").fetchall())
    return {str(one): str(merges.get(person, person)) for one, person in known.items()}
