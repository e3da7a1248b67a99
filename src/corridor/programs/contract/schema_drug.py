"""What the two drug contracts may say: an outcomes-based agreement, and a reference-price rebate.

Nothing here has a default that is a term: every negotiated figure is the user's own.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from corridor.programs.contract.schema import Share, Strict, once

Money = Annotated[float, Field(ge=0)]


class Guaranteed(Strict):
    """The rebate that is due whatever happens: a share of its basis, or an amount a patient."""

    basis: Literal["gross", "net_of_statutory"]
    share: Share | None = None
    amount: Money | None = None

    @model_validator(mode="after")
    def _one(self) -> Guaranteed:
        if (self.share is None) == (self.amount is None):
            raise ValueError("a guaranteed rebate has either share or amount")
        return self


class VolumeTier(Strict):
    """From this patient on (counted in the period, from 1), this share of gross."""

    from_patient: Annotated[int, Field(ge=1)]
    share: Share


class Volume(Strict):
    """Tiers by the number of patients in a calendar year or in the whole term."""

    period: Literal["calendar_year", "term"]
    retroactive_to_first: bool
    tiers: list[VolumeTier] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Volume:
        starts = [one.from_patient for one in self.tiers]
        if sorted(set(starts)) != starts:
            raise ValueError("tiers must ascend by from_patient")
        return self


class Outcome(Strict):
    """A time point: if the therapy has failed then, this share of gross (or amount) is rebated."""

    code: str = Field(min_length=1)
    about: str = ""
    evaluation_month: Annotated[int, Field(ge=1)]
    share: Share | None = None
    amount: Money | None = None
    failure_probability: Share | None = None
    observed_probability: Share | None = None

    @model_validator(mode="after")
    def _one(self) -> Outcome:
        if (self.share is None) == (self.amount is None):
            raise ValueError("an outcome has either share or amount")
        return self


class OutcomesTerms(Strict):
    """The confidential schedule of an outcomes-based agreement.

    missing_rule   what is due where a patient cannot be measured at a time point: no_rebate; imputed (the
                   failure probability of the schedule stands in); extend (stays open)
    death_rule, moved_rule  the same question where the patient died or moved: payable means the time point
                   counts as failed, prorated the share of the months that were lived through
    """

    ndc9: list[str] = Field(min_length=1)
    state: str = Field(min_length=1)
    guaranteed: Guaranteed | None = None
    volume: Volume | None = None
    outcomes: list[Outcome] = Field(default_factory=list)
    outcomes_share_cap: Share | None = None
    missing_rule: Literal["no_rebate", "imputed", "extend"]
    death_rule: Literal["not_payable", "payable", "prorated"]
    moved_rule: Literal["not_payable", "payable", "prorated"]
    rebate_cap: Share | None = None

    @model_validator(mode="after")
    def _imputable(self) -> OutcomesTerms:
        once((one.code for one in self.outcomes), "the outcome")
        if self.missing_rule == "imputed" and any(one.failure_probability is None for one in self.outcomes):
            raise ValueError("missing_rule imputed needs failure_probability of every outcome")
        return self


class Gdp(Strict):
    """GDP per person at purchasing power parity, US dollars."""

    country: str
    per_person: Annotated[float, Field(gt=0)]


class ReferenceTerms(Strict):
    """The terms of a reference-price rebate. ``cap_adjuster_at_one`` has no default on purpose."""

    ndc9: list[str] = Field(min_length=1)
    states: list[str] = Field(min_length=1)
    cap_adjuster_at_one: bool | None = None
    gdp: list[Gdp] | None = None
    gdp_source: str = ""
    reported: date | None = None

    @model_validator(mode="after")
    def _once(self) -> ReferenceTerms:
        once((one.country.upper() for one in self.gdp or []), "GDP of")
        return self
