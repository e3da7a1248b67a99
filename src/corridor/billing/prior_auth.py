"""The WISeR order checker: does an order need prior authorization, and is a bill ready to be sent.

Nine questions in a fixed order (docs/prior-authorization.md). An answer is never a coverage decision, and
what is not known is NEEDS_REVIEW, never a silent no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
ORIGINAL_MEDICARE = "original_medicare"
EXPOSED = ("PA_RECOMMENDED", "NEEDS_REVIEW", "LIKELY_OUT")
"""Answers under which dollars hang on an authorization, or may."""
CHECK_RULES = (
    "wiser.model_period", "wiser.state", "wiser.state_company", "wiser.state_policy", "wiser.family",
    "wiser.service", "wiser.uncertain_service", "wiser.excluded_setting", "wiser.emergency_mark",
    "wiser.result", "wiser.standard_decision_hours", "wiser.expedited_decision_days",
    "wiser.affirmation_days", "wiser.team_trigger", "wiser.outpatient_list", "wiser.outpatient_list_state",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One order or draft bill. ``indication_met`` is None while unknown; codes without points."""

    service_date: date
    state: str
    setting: str
    codes: tuple[str, ...]
    payer: str = ORIGINAL_MEDICARE
    diagnoses: tuple[str, ...] = ()
    emergency: bool = False
    indication_met: bool | None = None
    revenue_center_code: str | None = None
    modifiers: tuple[str, ...] = ()
    exempt_from: date | None = None
    exempt_to: date | None = None
    team_hospital: bool = False


@dataclass(frozen=True)
class Answer:
    """The answer for one code of an order.

    reason   what decided it; ``reviewed_by`` the state's company, ``policy`` what it reviews by
    flags    what else touches the order: other prior authorization lists, an episode of TEAM
    """

    hcpcs_code: str
    result: str
    reason: str
    family: str | None = None
    policy: str | None = None
    reviewed_by: str | None = None
    contractor: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Affirmation:
    """An affirmation a bill leans on."""

    utn: str | None
    decided_on: date | None
    codes: tuple[str, ...] = field(default=())


class OrderChecker:
    """The rules of the model laid out once, for any number of orders."""

    def __init__(self, force: RulesInForce) -> None:
        self.force = force
        self.period = force.rows("wiser.model_period")[0]
        self.states = {str(row["state"]) for row in force.rows("wiser.state")}
        self.companies = {str(row["state"]): row for row in force.rows("wiser.state_company")}
        self.services = {str(row["hcpcs_code"]): row for row in force.rows("wiser.service")}
        self.uncertain = {str(row["hcpcs_code"]): row for row in force.rows("wiser.uncertain_service")}
        self.families = {str(row["family"]): row for row in force.rows("wiser.family")}
        self.policies = {(str(r["family"]), str(r["state"])): r for r in force.rows("wiser.state_policy")}
        self.settings = {str(row["setting"]): row for row in force.rows("wiser.excluded_setting")}
        self.marks = force.rows("wiser.emergency_mark")
        self.results = {str(row["result"]): row for row in force.rows("wiser.result")}
        self.team = {str(row["hcpcs_code"]): str(row["episode"]) for row in force.rows("wiser.team_trigger")}

    def check(self, order: Order) -> list[Answer]:
        """The answer for each code of the order, in its order."""
        whole = self._whole_order(order)
        if whole is not None:
            result, reason = whole
            return [Answer(code, result, reason, flags=self._flags(order, code)) for code in order.codes]
        return [self._code(order, code) for code in order.codes]

    def most_demanding(self, answers: Iterable[Answer]) -> Answer:
        """The answer of an order: that of its most demanding code."""
        return min(answers, key=lambda one: int(self.results[one.result]["place"]))

    # -- questions 1 to 4: the order as a whole --------------------------------------------------

    def _whole_order(self, order: Order) -> tuple[str, str] | None:
        if order.payer != ORIGINAL_MEDICARE:
            return "NOT_APPLICABLE", "the payer is not Original Medicare"
        if order.state not in self.states:
            listed = ", ".join(sorted(self.states))
            return "NOT_IN_MODEL", f"{order.state} is not one of {listed}"
        first, last = self.period["first_service_date"], self.period["last_service_date"]
        if not first <= order.service_date <= last:
            return "NOT_ACTIVE", f"the model takes dates of service from {first} to {last}"
        setting = self.settings[order.setting]
        if not setting["inside"]:
            return "EXCLUDED", f"the setting is outside the model: {setting['words']}"
        mark = self._emergency(order)
        return None if mark is None else ("EXCLUDED", f"an emergency is outside the model: {mark}")

    def _emergency(self, order: Order) -> str | None:
        if order.emergency:
            return "the order says so"
        for mark in self.marks:
            value = str(mark["value"])
            if mark["field"] == "modifier" and value in order.modifiers:
                return f"modifier {value}"
            revenue = (order.revenue_center_code or "").zfill(len(value) + 1)
            if mark["field"] == "revenue_center" and revenue.startswith(value):
                return f"revenue code {revenue}"
        return None

    # -- questions 5 to 9: each code ---------------------------------------------------------------

    def _code(self, order: Order, code: str) -> Answer:
        flags = self._flags(order, code)
        row = self.services.get(code)
        if row is None:
            if code in self.uncertain:
                words = "an earlier edition of the guide listed it, the current one does not"
                return Answer(code, "NEEDS_REVIEW", words, str(self.uncertain[code]["family"]), flags=flags)
            return Answer(code, "NOT_ON_LIST", "the code is not on the list of the model", flags=flags)
        family = self.families[str(row["family"])]
        company = self.companies[order.state]
        local = self.policies.get((str(row["family"]), order.state))
        policy = str((local or {}).get("policy") or family["policy"])
        result, reason = self._listed(order, row, bool(family["is_local"]), local is not None)
        return Answer(
            code,
            result,
            reason,
            str(row["family"]),
            policy,
            str(company["company"]),
            str(company["mac"]),
            flags,
        )

    def _listed(self, order: Order, row: Row, is_local: bool, has_policy: bool) -> tuple[str, str]:
        if order.service_date < row["active_from"]:
            return "NOT_ACTIVE", f"the code is listed from {row['active_from']} on"
        if row["active_to"] is not None and order.service_date > row["active_to"]:
            return "NOT_ACTIVE", f"the code was listed until {row['active_to']}"
        if row["standing"] == "postponed":
            return "POSTPONED", "no authorization and no prepayment review until CMS reconsiders"
        failed = self._failed(order, row)
        if failed is not None:
            return "NOT_APPLICABLE", failed
        if is_local and not has_policy:
            return "LIKELY_OUT", "no local coverage determination of the state's contractor is known"
        unknown = self._unknown(order, row)
        if unknown is not None:
            return "NEEDS_REVIEW", unknown
        begun = order.exempt_from is not None and order.exempt_from <= order.service_date
        if begun and (order.exempt_to is None or order.service_date <= order.exempt_to):
            return "EXEMPT", f"the billing provider is exempt from {order.exempt_from} on"
        hours = self.force.number("wiser.standard_decision_hours")
        days = self.force.number("wiser.expedited_decision_days")
        valid = self.force.number("wiser.affirmation_days")
        return "PA_RECOMMENDED", (
            f"the portal decides within {hours:g} hours ({days:g} days if expedited), an affirmation holds "
            f"{valid:g} days; without one the claim goes to prepayment review"
        )

    def _failed(self, order: Order, row: Row) -> str | None:
        companion, excluded = row["companion_code"], row["not_with_diagnosis"]
        if companion is not None and companion not in order.codes:
            return f"counts only if billed with {companion}"
        if excluded is not None and any(one.startswith(excluded) for one in order.diagnoses):
            return f"does not count with diagnosis {excluded}"
        if row["needs_indication"] and order.indication_met is False:
            return "no indication of the guide is met"
        return None

    def _unknown(self, order: Order, row: Row) -> str | None:
        if row["needs_indication"] and order.indication_met is None:
            return "counts only for indications of the guide, and whether one is met is not given"
        if row["not_with_diagnosis"] is not None and not order.diagnoses:
            return f"does not count with diagnosis {row['not_with_diagnosis']}, and no diagnosis is given"
        return None

    def _flags(self, order: Order, code: str) -> tuple[str, ...]:
        found = []
        states = {(str(r["list"]), str(r["state"])) for r in self.force.rows("wiser.outpatient_list_state")}
        for row in self.force.rows("wiser.outpatient_list"):
            of_list = row["list"] == "hopd" or ("asc", order.state) in states
            if row["list"] == order.setting and of_list and row["code_from"] <= code <= row["code_to"]:
                found.append(
                    "on the hospital outpatient prior authorization list, a condition of payment"
                    if row["list"] == "hopd"
                    else "on the list of the surgical center demonstration"
                )
        if order.team_hospital and code in self.team:
            found.append(f"opens a TEAM episode: {self.team[code].replace('_', ' ')}")
        return tuple(found)

    # -- before the bill is sent -----------------------------------------------------------------

    def check_bill(self, order: Order, answer: Answer, affirmation: Affirmation) -> tuple[str, str]:
        """(status, words) of a bill for one code: ready, no_utn, no_date, expired, too_early or other_code;
        not_needed where the order check asks for nothing."""
        if answer.result not in EXPOSED:
            return "not_needed", "the order check asks for no authorization"
        if affirmation.utn is None:
            return "no_utn", "no tracking number: the claim would be suspended for prepayment review"
        if affirmation.decided_on is None:
            return "no_date", "the day of the decision is not given, so it cannot be told whether it holds"
        last = self.valid_through(affirmation.decided_on)
        if order.service_date > last:
            return "expired", f"the affirmation held until {last}"
        if order.service_date < affirmation.decided_on:
            return "too_early", f"the service is before the decision of {affirmation.decided_on}"
        if answer.hcpcs_code not in affirmation.codes:
            named = ", ".join(affirmation.codes) or "no code"
            return "other_code", f"the affirmation names {named}"
        return "ready", f"affirmed, and valid through {last}"

    def valid_through(self, decided_on: date) -> date:
        """The last date of service an affirmation covers."""
        return decided_on + timedelta(days=int(self.force.number("wiser.affirmation_days")))
