"""What CMS's feedback says of one participant, and what a figure of it comes to here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CATEGORIES = ("quality", "cost", "improvement_activities", "promoting_interoperability")
VERDICTS = ("agreed", "explained", "unexplained", "not_replayed")


@dataclass(frozen=True)
class Measure:
    """A measure or activity as the feedback shows it.

    points      what it earned; ``decimals`` of them are printed
    rate        percent, or the measure's own scale; with ``cuts`` the points can be worked out
    cuts        the eleven cut points p1 to p99, ascending
    numerator, denominator, maximum   of a measure that earns a share of its most points
    counted     whether it is one of those the category is made of
    topped_out  whether CMS calls the benchmark topped out, so that its points may be capped
    said        CMS's own words on how it was scored
    """

    measure_id: str
    points: float | None
    decimals: int
    counted: bool = True
    collection_type: str = ""
    rate: float | None = None
    cuts: tuple[float, ...] | None = None
    inverse: bool = False
    topped_out: bool = False
    reporting_rate: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    maximum: float | None = None
    said: str = ""


@dataclass(frozen=True)
class Category:
    """One category as the feedback shows it.

    percent       0 to 100; ``decimals`` of it are printed
    points        the category in points, where it is printed so
    weight        a fraction of the final score; None: not printed
    contribution  what it adds to the final score; None: not printed
    available     the points it is out of; None: not printed
    bonus         points of a small practice
    improvement   percentage points
    """

    percent: float | None
    decimals: int
    points: float | None = None
    weight: float | None = None
    contribution: float | None = None
    available: float | None = None
    bonus: float = 0.0
    improvement: float = 0.0
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Feedback:
    """What CMS says of one participant in one performance year.

    kind        scoring_api, experience or scores
    year        None: the file does not say it
    adjustment  of payments, a fraction
    decimals    printed digits of the final score; ``adjustment_decimals`` of the adjustment in percent
    """

    file: str
    sha256: str
    kind: str
    place: str
    year: int | None
    tin: str = ""
    npi: str = ""
    participation: str = ""
    pathway: str = "traditional"
    small_practice: bool | None = None
    interoperability_reweighted: bool = False
    final_score: float | None = None
    decimals: int = 2
    adjustment: float | None = None
    adjustment_decimals: int = 2
    complex_patient_bonus: float | None = None
    categories: dict[str, Category] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """Whom it is about, as the file names them."""
        return " ".join(part for part in (self.tin, self.npi) if part) or self.place


@dataclass(frozen=True)
class Figure:
    """One figure of a feedback file beside ours. ``verdict`` is one of VERDICTS; ``cause`` says why.

    within  how far ours may lie from theirs only because of the digits that are printed
    """

    file: str
    place: str
    scope: str
    name: str
    theirs: float | None
    ours: float | None
    verdict: str
    cause: str = ""
    within: float = 0.0

    @property
    def difference(self) -> float | None:
        """Ours less theirs; None where one of them is absent."""
        return None if self.ours is None or self.theirs is None else self.ours - self.theirs

    def to_dict(self) -> dict[str, Any]:
        """The figure for machines."""
        return {
            "file": self.file, "place": self.place, "scope": self.scope, "name": self.name,
            "theirs": self.theirs, "ours": self.ours, "difference": self.difference,
            "verdict": self.verdict, "cause": self.cause or None,
        }  # fmt: skip
