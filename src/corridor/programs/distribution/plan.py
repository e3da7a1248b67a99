"""What a distribution plan may say, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from corridor.errors import CorridorError
from corridor.law.document import Document, Where, dotted, read_document
from corridor.programs.contract.schema import Share, Strict

# panel_quality: patients times quality score, so that a score counts by the patients it is of
PRODUCTS = {"panel_quality": ("panel", "quality_score")}
By = Literal[
    "equal", "panel", "panel_quality", "quality_score", "work_rvu", "fte", "hours", "cost_score",
    "attributed_savings", "referrals", "admissions", "ancillary_orders", "drug_orders", "downstream_revenue",
    "in_network_share",
]  # fmt: skip


class Weight(Strict):
    """A share of what is split goes by this quantity."""

    by: By
    share: Share


class Gate(Strict):
    """Who is below takes no part in the step."""

    column: Literal["panel", "quality_score", "work_rvu", "fte", "hours"]
    at_least: float
    about: str = ""


class Step(Strict):
    """One split: among all practices, or among clinicians (inside each practice where one went before)."""

    among: Literal["practices", "clinicians"]
    weights: list[Weight] = Field(min_length=1)
    gates: list[Gate] = Field(default_factory=list)
    forfeited: Literal["redistribute", "retain"] = "redistribute"

    @model_validator(mode="after")
    def _whole(self) -> Step:
        if abs(sum(one.share for one in self.weights) - 1) > 1e-9:
            raise ValueError("the shares of the weights of a step must add up to 1")
        if len({one.by for one in self.weights}) != len(self.weights):
            raise ValueError("a step splits by a quantity once")
        return self


class Pool(Strict):
    """What is split: an amount (losses negative), or the sum of a column of the recipients.

    retained         share the organization keeps (of a gain) or bears (of a loss)
    kept_by_earner   with ``column``: the share each clinician keeps of the own amount
    withholds        what was held back covers a loss first; what is left goes back
    """

    pool: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    amount: float | None = None
    column: Literal["asm_dollars", "mips_dollars"] | None = None
    retained: Share = 0.0
    kept_by_earner: Share = 0.0
    withholds: bool = False
    steps: list[Step] = Field(min_length=1)

    @model_validator(mode="after")
    def _shaped(self) -> Pool:
        order = [one.among for one in self.steps]
        if order not in (["practices", "clinicians"], ["clinicians"], ["practices"]):
            raise ValueError("steps are practices, clinicians, or practices and then clinicians")
        if self.column is None and self.kept_by_earner:
            raise ValueError("kept_by_earner needs a column")
        if self.column is not None and self.amount is not None:
            raise ValueError("a pool has an amount or a column")
        return self


class Plan(Strict):
    """A plan: whose, for which year, adopted when, and its pools."""

    plan: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str = Field(min_length=1)
    about: str = ""
    fictitious: bool
    organization: str = Field(min_length=1)
    year: int
    adopted: date
    pools: list[Pool] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Plan:
        if len({one.pool for one in self.pools}) != len(self.pools):
            raise ValueError("a pool stands twice in the plan")
        if sum(one.withholds for one in self.pools) > 1:
            raise ValueError("only one pool can draw on what was withheld")
        return self


@dataclass(frozen=True)
class ReadPlan:
    """A plan and the document it was read from."""

    plan: Plan
    document: Document

    def line(self, *where: str | int) -> int:
        """The line of a place in the file."""
        return self.document.line(where)


def read_plan(path: Path) -> ReadPlan:
    """Read a plan strictly. Raises DISTRIBUTION-PLAN with file, line and key, and LAW-* for the YAML."""
    if not path.is_file():
        raise CorridorError(
            "DISTRIBUTION-PLAN", "There is no such plan.", todo="Name a YAML file.", file=path
        )
    document = read_document(path)
    try:
        return ReadPlan(Plan.model_validate(document.data), document)
    except ValidationError as error:
        first = error.errors()[0]
        loc: Where = tuple(first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = f"unknown key {loc[-1]!r}"
        elif first["type"] == "missing":
            message = f"the key {loc[-1]!r} is missing"
        raise CorridorError(
            "DISTRIBUTION-PLAN",
            f"The plan is not well formed: {message[0].lower()}{message[1:]}.",
            why="Money would be split in a way nobody agreed to.",
            todo="Mend it there; docs/distribution.md says what a plan may hold.",
            file=path.name,
            line=document.line(loc),
            field=dotted(loc) or None,
        ) from error
