"""What a contract file may say: its head, and the dated terms of a value-based contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Dollars = Annotated[float, Field(ge=0)]
LINES = Literal["commercial", "medicaid", "medicare_advantage", "medicare", "employer"]
KINDS = ("value", "outcomes_based_agreement", "reference_price")


class Strict(BaseModel):
    """Nothing is guessed: an unknown key or a number written as text is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def once(names: Iterable[str], what: str) -> None:
    """Raises ValueError for a name that stands twice: which of the two holds would be a guess."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name} stands twice")
        seen.add(name)


class Party(Strict):
    """A payer, state or manufacturer."""

    name: str = Field(min_length=1)
    line: LINES | None = None


class Provider(Strict):
    """Who the contract is with; ``tins`` are the practices under it."""

    name: str = Field(min_length=1)
    tins: list[str] = []

    @model_validator(mode="after")
    def _once(self) -> Provider:
        once(self.tins, "the practice")
        return self


class Period(Strict):
    """First and last day, both included."""

    start: date = Field(alias="from")
    through: date

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.through < self.start:
            raise ValueError("the term ends before it begins")
        return self


class Head(Strict):
    """What every kind of contract says of itself. ``terms`` are checked by the kind's own schema."""

    contract: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    kind: Literal["value", "outcomes_based_agreement", "reference_price"]
    title: str = Field(min_length=1)
    about: str = ""
    fictitious: bool
    currency: Literal["USD"] = "USD"
    payer: Party
    provider: Provider | None = None
    term: Period
    terms: list[dict[str, Any]] = Field(min_length=1)
    worked: str | None = None


class Attribution(Strict):
    """Who counts. ``list``: the payer says (the figures hold them); ``claims``: Corridor's own answer."""

    method: Literal["list", "claims"]
    about: str = ""
    minimum_members: Annotated[float, Field(ge=0)] | None = None


class Trend(Strict):
    """Growth from the year before into ``year``."""

    year: int
    rate: float


class Stratum(Strict):
    """A part of the members with a base of its own."""

    stratum: str
    base_pmpm: Dollars


class Benchmark(Strict):
    """What the care may cost.

    trended        dollars per member month of a base year, carried forward and adjusted for risk
    premium_share  a share of the premium (a target loss ratio)
    given          benchmark_expenditure stands in the figures
    """

    method: Literal["trended", "premium_share", "given"]
    base_year: int | None = None
    base_pmpm: Dollars | None = None
    strata: list[Stratum] = []
    trend: list[Trend] = []
    risk_adjusted: bool = False
    base_risk_score: Annotated[float, Field(gt=0)] | None = None
    most_risk_change: Share | None = None
    target_loss_ratio: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Benchmark:
        if self.method == "trended":
            if self.base_year is None or (self.base_pmpm is None and not self.strata):
                raise ValueError("a trended benchmark needs base_year and base_pmpm (or strata)")
            years = [one.year for one in self.trend]
            if years != list(range(self.base_year + 1, self.base_year + 1 + len(years))):
                raise ValueError("trend must name each year after base_year once, in order")
        once((one.stratum for one in self.strata), "the stratum")
        if self.method == "premium_share" and self.target_loss_ratio is None:
            raise ValueError("premium_share needs target_loss_ratio")
        if self.risk_adjusted and self.base_risk_score is None:
            raise ValueError("risk_adjusted needs base_risk_score")
        return self


class StopLoss(Strict):
    """A member's cost above the attachment counts only in part; ``charge_pmpm`` is what that costs."""

    attachment: Dollars
    share_above: Share = 0.0
    charge_pmpm: Dollars = 0.0


class Band(Strict):
    """From this share of the benchmark on, up to the next band, this share belongs to the provider."""

    start: Share = Field(alias="from")
    share: Share


class Side(Strict):
    """Savings or losses: the corridor, what must be passed first, and the most."""

    minimum_rate: Share = 0.0
    first_dollar: bool = True
    bands: list[Band] = Field(min_length=1)
    most_share_of_benchmark: Share | None = None
    most_amount: Dollars | None = None

    @model_validator(mode="after")
    def _ascending(self) -> Side:
        starts = [one.start for one in self.bands]
        if starts[0] != 0 or sorted(set(starts)) != starts:
            raise ValueError("bands must begin at 0 and ascend")
        return self


class Cut(Strict):
    """Points in all from this rate on (down to it, where lower is better)."""

    rate: Share
    points: Annotated[float, Field(ge=0)]


class Custom(Strict):
    """A HEDIS-like measure counted from loaded claims: who is in, and what must have been done."""

    ages: list[int] | None = Field(default=None, min_length=2, max_length=2)
    gender: Literal["male", "female"] | None = None
    diagnosis_codes: list[str] = []
    service_codes: list[str] = Field(min_length=1)
    years: Annotated[int, Field(ge=1)] = 1


class Measure(Strict):
    """A measure of the scorecard: a cut-point ladder, or a line from ``floor`` to ``target``."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    better: Literal["higher", "lower"] = "higher"
    points: Annotated[float, Field(gt=0)]
    minimum_cases: Annotated[float, Field(ge=0)] = 0.0
    floor: Share | None = None
    target: Share | None = None
    cuts: list[Cut] = []
    custom: Custom | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Measure:
        lined = self.floor is not None and self.target is not None
        if lined == bool(self.cuts):
            raise ValueError("a measure has either floor and target, or cuts")
        sign = 1 if self.better == "higher" else -1
        if lined and (self.target or 0.0) * sign <= (self.floor or 0.0) * sign:
            raise ValueError("the target must be better than the floor")
        rates = [one.rate * sign for one in self.cuts]
        worth = [one.points for one in self.cuts]
        if sorted(set(rates)) != rates or sorted(set(worth)) != worth:
            raise ValueError("cuts must go from worse to better, with rising points")
        if worth and worth[-1] != self.points:
            raise ValueError("the last cut must give all points of the measure")
        return self


class Scorecard(Strict):
    """Measures and what an absent or small one counts."""

    missing: Literal["no_points", "left_out"]
    measures: list[Measure] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Scorecard:
        ids = [one.id for one in self.measures]
        if len(set(ids)) != len(ids):
            raise ValueError("a measure stands twice in the scorecard")
        return self


class Factor(Strict):
    """From this quality score on, this factor."""

    at_least: Share
    factor: Annotated[float, Field(ge=0)]


class Quality(Strict):
    """What the score does: a gate to savings, factors on savings and on losses."""

    gate: Share | None = None
    savings_factors: list[Factor] = []
    loss_factors: list[Factor] = []

    @model_validator(mode="after")
    def _from_zero(self) -> Quality:
        for ladder in (self.savings_factors, self.loss_factors):
            starts = [one.at_least for one in ladder]
            if starts and (starts[0] != 0 or sorted(set(starts)) != starts):
                raise ValueError("factors must begin at 0 and ascend")
        return self


class Gate(Strict):
    """A condition without which something is not paid."""

    quantity: Literal["quality_score", "average_members", "savings_rate"]
    at_least: float
    closes: Literal["savings", "bonus", "both"]
    about: str = ""


class Bonus(Strict):
    """Pay for performance: an amount for reaching a rate, once, per member month, or per case met."""

    measure: str
    at_least: Share
    amount: Dollars | None = None
    amount_pmpm: Dollars | None = None
    amount_per_case: Dollars | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Bonus:
        if sum(one is not None for one in (self.amount, self.amount_pmpm, self.amount_per_case)) != 1:
            raise ValueError("a bonus has one of amount, amount_pmpm, amount_per_case")
        return self


class Tier(Strict):
    """What is paid for a member month of a stratum."""

    stratum: str
    pmpm: Dollars


class CareManagement(Strict):
    """A risk-stratified payment per member month; ``counts_as_expenditure`` charges it to the total."""

    tiers: list[Tier] = Field(min_length=1)
    counts_as_expenditure: bool

    @model_validator(mode="after")
    def _once(self) -> CareManagement:
        once((one.stratum for one in self.tiers), "the stratum")
        return self


class Limits(Strict):
    """The most that is paid or owed in a year, all parts of the settlement together."""

    most_paid: Dollars | None = None
    most_owed: Dollars | None = None


class Renewal(Strict):
    """What a score brings at renewal: words, and sections that then replace those of today."""

    at_least: Share
    about: str
    terms: dict[str, Any] = {}


class Terms(Strict):
    """The terms of one performance year, whole."""

    attribution: Attribution
    benchmark: Benchmark
    savings: Side | None = None
    losses: Side | None = None
    stop_loss: StopLoss | None = None
    scorecard: Scorecard | None = None
    quality: Quality | None = None
    gates: list[Gate] = []
    bonus: list[Bonus] = []
    care_management: CareManagement | None = None
    limits: Limits = Limits()
    renewal: list[Renewal] = []

    @model_validator(mode="after")
    def _named(self) -> Terms:
        known = {one.id for one in self.scorecard.measures} if self.scorecard else set()
        for bonus in self.bonus:
            if bonus.measure not in known:
                raise ValueError(f"the bonus names the measure {bonus.measure}, which no scorecard has")
        scored = self.quality is not None or any(one.quantity == "quality_score" for one in self.gates)
        if scored and self.scorecard is None:
            raise ValueError("quality and quality_score need a scorecard")
        return self
