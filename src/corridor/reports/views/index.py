"""Who is who: anchors, names and rows of each clinician, and sums over them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from corridor.reports.data import ReportData
from corridor.reports.tables import Key, Row, key_of
from corridor.reports.views.score import ScoreParts, score_parts
from corridor.reports.words import listed, real


@dataclass(frozen=True)
class YearTotal:
    """Dollars of many clinicians in one payment year, with the range over both midpoints, and the risk
    level.
    """

    year: int
    dollars: float
    low: float
    high: float
    risk_level: float | None
    at_risk: float | None


@dataclass(frozen=True)
class Depth:
    """How much each clinician's page holds, so that the file of a large group stays small; 0 is all."""

    level: int = 0

    @property
    def timelines(self) -> bool:
        """Whether the costliest episodes open to their services."""
        return self.level < 1

    @property
    def letters(self) -> bool:
        """Whether the letter stands in the page too; letters.html always has it."""
        return self.level < 2

    @property
    def brief(self) -> bool:
        """Whether each page has words and tables only, no drawing."""
        return self.level >= 3

    @property
    def episodes(self) -> int:
        """Episodes listed for each clinician."""
        return (10, 10, 5, 3, 0, 0, 0)[self.level]

    @property
    def measures(self) -> bool:
        """Whether the page holds measures and levers; the workbook always does."""
        return self.level < 5

    @property
    def spending(self) -> bool:
        """Whether the page says where the dollars go, and how the factor comes about."""
        return self.level < 6

    def note(self) -> str:
        """What is left out, and where it is."""
        gone = [
            words
            for left_out, words in (
                (not self.timelines, "services of single episodes"),
                (not self.letters, "the letters (`letters.html` has them)"),
                (self.brief, "charts"),
                (not self.episodes, "single episodes"),
                (not self.measures, "measures and levers (`report.xlsx` has them)"),
                (not self.spending, "where the dollars go"),
            )
            if left_out
        ]
        if not gone:
            return ""
        return f"So that this file stays small, the pages leave out {listed(gone)}."


DEEPEST = 6
"""The level at which a page holds least."""


@dataclass(frozen=True)
class Index:
    """Look-ups over one ReportData, made once."""

    data: ReportData
    depth: Depth = Depth()

    @cached_property
    def anchors(self) -> dict[Key, str]:
        """The address of each clinician's page; the TIN is added where an NPI stands under several."""
        npis = Counter(npi for _, npi in map(key_of, self.data.clinicians))
        return {
            (tin, npi): f"npi-{npi}" if npis[npi] == 1 else f"npi-{npi}-{tin}"
            for tin, npi in map(key_of, self.data.clinicians)
        }

    @cached_property
    def measures(self) -> dict[Key, list[Row]]:
        """Measure rows by clinician, in the order of the data."""
        return _grouped(self.data.measures)

    @cached_property
    def dollars(self) -> dict[Key, list[Row]]:
        """Dollar rows by clinician, by payment year."""
        return _grouped(self.data.dollars)

    @cached_property
    def levers(self) -> dict[Key, list[Row]]:
        """Levers by clinician, the most valuable first."""
        groups = _grouped(self.data.levers)
        scores = {key_of(row): real(row.get("final_score")) for row in self.data.clinicians}
        for key, rows in groups.items():
            for row in rows:
                before, after = scores.get(key), real(row.get("final_score"))
                if row.get("score_change") is None and before is not None and after is not None:
                    row["score_change"] = after - before
            rows.sort(key=lambda row: (-(real(row.get("dollars")) or 0.0), str(row.get("measure"))))
        return groups

    @cached_property
    def episodes(self) -> dict[Key, list[Row]]:
        """Numbered episodes by clinician."""
        return _grouped(self.data.episodes)

    @cached_property
    def parts(self) -> dict[Key, ScoreParts]:
        """Score parts by clinician, where there is a final score."""
        found = {}
        for row in self.data.clinicians:
            parts = score_parts(row, self.measures.get(key_of(row), []), self.data.law)
            if parts is not None:
                found[key_of(row)] = parts
        return found

    @cached_property
    def names(self) -> dict[Key, str]:
        """Names by clinician; a name that stands twice is followed by the last digits of the TIN."""
        names = {key_of(row): self.data.name_of(row) for row in self.data.clinicians}
        counts = Counter(names.values())
        return {
            key: f"{name} (TIN …{key[0][-4:]})" if counts[name] > 1 else name for key, name in names.items()
        }

    @cached_property
    def short_names(self) -> dict[Key, str]:
        """What fits beside a mark: names without their title and without a word that all begin with."""
        names = {key: name.removeprefix("Dr. ") for key, name in self.names.items()}
        words = {name.partition(" ")[0] for name in names.values() if " " in name}
        alike = len(names) > 1 and len(words) == 1 and all(" " in name for name in names.values())
        return {key: name.partition(" ")[2] if alike else name for key, name in names.items()}

    @property
    def scored(self) -> list[Row]:
        """Clinicians with a final score."""
        return [row for row in self.data.clinicians if real(row.get("final_score")) is not None]

    @property
    def first_year(self) -> int | None:
        """The first payment year there are dollars for."""
        return self.data.payment_years[0] if self.data.payment_years else None

    @cached_property
    def part_b(self) -> float:
        """Part B payments of all clinicians of the report, US dollars of the performance year."""
        return math.fsum(real(row.get("part_b_paid")) or 0.0 for row in self.data.clinicians)

    @cached_property
    def totals(self) -> list[YearTotal]:
        """All clinicians together, by payment year."""
        return [self.total(year, self.data.dollars) for year in self.data.payment_years]

    def total(self, year: int, rows: Sequence[Mapping[str, Any]]) -> YearTotal:
        """The sum of some dollar rows in one year; the range is that of the sums, one per midpoint."""
        chosen = [row for row in rows if row["payment_year"] == year]
        dollars = math.fsum(row["dollars"] or 0.0 for row in chosen)
        sums = [dollars]
        labels = sorted({label for row in chosen for label in row.get("midpoints", {})})
        if labels:
            sums += [
                math.fsum(row.get("midpoints", {}).get(label) or 0.0 for row in chosen) for label in labels
            ]
        else:
            sums.append(math.fsum(_or(row.get("low"), row["dollars"]) for row in chosen))
            sums.append(math.fsum(_or(row.get("high"), row["dollars"]) for row in chosen))
        risks = {risk for row in chosen if (risk := real(row.get("risk_level"))) is not None}
        risk = risks.pop() if len(risks) == 1 else None
        paid = {key_of(row): real(row.get("part_b_paid")) or 0.0 for row in self.data.clinicians}
        base = math.fsum(paid.get(key_of(row), 0.0) for row in chosen)
        return YearTotal(year, dollars, min(sums), max(sums), risk, None if risk is None else risk * base)

    def neutral(self, cohort: str) -> float | None:
        """The score of a cohort that neither gains nor loses."""
        for row in self.data.clinicians:
            if str(row.get("cohort")) == cohort and (score := real(row.get("neutral_score"))) is not None:
                return score
        return None


def _or(value: Any, other: Any) -> float:
    found = real(value)
    return found if found is not None else real(other) or 0.0


def _grouped(rows: Sequence[Row]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key_of(row), []).append(row)
    return groups
