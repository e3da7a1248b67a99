"""The steps that find services billed again too soon: each held against the last that stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.billing.standing import (
    Against,
    Ruled,
    Service,
    assessment,
    monthly,
    ruled_out,
    transitional,
    wellness,
)
from corridor.engine import StepContext, python_step

KEY = ("kind", "source_id", "claim_id", "claim_line_number")
LADDERS: dict[str, Against] = {
    "wellness": wellness,
    "assessment": assessment,
    "tcm": transitional,
    "monthly": monthly,
}

_IN_FORCE = (
    "lines.service_date >= {0}.valid_from and ({0}.valid_to is null or lines.service_date < {0}.valid_to)"
)


def _held(rule: str) -> str:
    return _IN_FORCE.format(rule)


_VISITS = f"""
    with visit as (
        select 'wellness' as ladder, lines.person_id as bundle, '' as part, lines.*, code.visit as role,
            case code.visit when 'welcome' then 0 when 'first' then 1 else 2 end as rank,
            least_months.value as span
        from billing.audit_line as lines
        join rules.billing_wellness_code as code
            on code.hcpcs_code = lines.hcpcs_code and {_held("code")}
        join rules.billing_wellness_months as least_months on {_held("least_months")}
        union all
        select 'assessment', lines.person_id, '', lines.*, code.meaning, 0, apart.value
        from billing.audit_line as lines
        join rules.billing_assessment_code as code
            on code.hcpcs_code = lines.hcpcs_code and {_held("code")}
        join rules.billing_assessment_months as apart on {_held("apart")}
    ),
    early as (
        select distinct lines.source_id, lines.claim_id, lines.claim_line_number
        from visit as lines
        join billing.part_b_start as begun
            on begun.person_id = lines.person_id and begun.start_date <= lines.service_date
        join rules.billing_wellness_enrollment_months as year on {_held("year")}
        where lines.ladder = 'wellness' and cx_months_between(begun.start_date, lines.service_date)
            - case when day(lines.service_date) < day(begun.start_date) then 1 else 0 end < year.value
    )
    select visit.*, cast(null as date) as followed, early.claim_id is not null as too_early,
        false as gone, false as doubtful,
        -- what an earlier line may rule out: near the one before it, or a first visit after any
        early.claim_id is not null or (visit.ladder = 'wellness' and visit.role = 'first'
            and lag(1) over past is not null)
            or cx_months_between(lag(visit.service_date) over past, visit.service_date) <= visit.span
            as suspect
    from visit
    left join early on early.source_id = visit.source_id and early.claim_id = visit.claim_id
        and early.claim_line_number = visit.claim_line_number
    window past as (partition by visit.ladder, visit.bundle, visit.part
        order by visit.service_date, visit.rank, visit.source_id, visit.claim_id, visit.claim_line_number)"""

_MONTHS = f"""
    with managed as (
        select case code.program when 'tcm' then 'tcm' else 'monthly' end as ladder,
            lines.person_id as bundle,
            case code.program when 'tcm' then '' when 'ccm' then concat('ccm ', lines.month)
                else concat(lines.hcpcs_code, ' ', lines.month) end as part,
            lines.*, code.program as role, 0 as rank,
            case code.program when 'tcm' then apart.value else 0 end as span
        from billing.audit_line as lines
        join rules.primary_care_care_management_code as code
            on code.hcpcs_code = lines.hcpcs_code and code.role = 'base' and {_held("code")}
        left join rules.billing_tcm_window_days as apart on {_held("apart")}
        union all
        select 'monthly', lines.person_id, concat(lines.hcpcs_code, ' ', lines.month), lines.*, 'addon', 0, 0
        from billing.audit_line as lines
        join rules.primary_care_addon_code as code
            on code.hcpcs_code = lines.hcpcs_code and {_held("code")}
    ),
    -- the stay a transitional-care service follows: the last discharge known in the days before it
    stay as (
        select lines.source_id, lines.claim_id, lines.claim_line_number, max(stays.discharge_date) as followed
        from managed as lines
        join billing.discharge as stays
            on stays.person_id = lines.person_id and stays.discharge_date <= lines.service_date
            and cx_days_between(stays.discharge_date, lines.service_date) < lines.span
        where lines.ladder = 'tcm'
        group by lines.source_id, lines.claim_id, lines.claim_line_number
    ),
    said as (
        select source_id, claim_id, claim_line_number, bool_or(certainty = 'sure') as gone
        from billing.conflict_apcm
        group by source_id, claim_id, claim_line_number
    )
    select managed.*, stay.followed, false as too_early, coalesce(said.gone, false) as gone,
        said.gone is not null and not said.gone as doubtful,
        lag(1) over past is not null and (managed.ladder = 'monthly'
            or cx_days_between(lag(managed.service_date) over past, managed.service_date) < managed.span)
            as suspect
    from managed
    left join stay on stay.source_id = managed.source_id and stay.claim_id = managed.claim_id
        and stay.claim_line_number = managed.claim_line_number
    left join said on said.source_id = managed.source_id and said.claim_id = managed.claim_id
        and said.claim_line_number = managed.claim_line_number
    window past as (partition by managed.ladder, managed.bundle, managed.part
        order by managed.service_date, managed.rank, managed.source_id, managed.claim_id,
            managed.claim_line_number)"""


@python_step(
    step="billing.repeated_visit",
    makes="one row per wellness visit or assessment that came too soon, against the last one that stands",
    key=KEY,
    reads=["billing.audit_line", "billing.part_b_start", "billing.duplicate_pair"],
    rules=[
        "billing.wellness_code",
        "billing.wellness_months",
        "billing.wellness_enrollment_months",
        "billing.assessment_code",
        "billing.assessment_months",
    ],
    cites="CMS RAC topic 0077; CMS Transmittal 2159; 42 CFR 410.15; primary-care code notes E.2",
    evidence="billing.audit_line(source_id, claim_id, claim_line_number)",
)
def repeated_visit(ctx: StepContext) -> str:
    """Wellness visits and G0136, one row of services a person."""
    return _repeated(ctx, _VISITS)


@python_step(
    step="billing.repeated_month",
    makes="one row per care-management service again in its month or window, against the last that stands",
    key=KEY,
    reads=["billing.audit_line", "billing.discharge", "billing.duplicate_pair", "billing.conflict_apcm"],
    rules=["primary_care.care_management_code", "primary_care.addon_code", "billing.tcm_window_days"],
    cites="primary-care code notes D.5, D.7",
    evidence="billing.audit_line(source_id, claim_id, claim_line_number)",
)
def repeated_month(ctx: StepContext) -> str:
    """Monthly codes by person and month, transitional care by person."""
    return _repeated(ctx, _MONTHS)


def _repeated(ctx: StepContext, lines: str) -> str:
    """Lay out rows of services that may hold a repeat, pass over each, and give the query of what was found.

    Texts stay in the engine: only numbered services of the few rows with two lines near each other come out.
    """
    con = ctx.con
    con.execute(
        f"""create or replace temp table service as
        with lines as ({lines}),
        suspect as (select distinct ladder, bundle, part from lines where suspect)
        select row_number() over (order by lines.ladder, lines.bundle, lines.part, lines.service_date,
                lines.rank, lines.source_id, lines.claim_id, lines.claim_line_number) as place,
            lines.*, again.claim_id is not null as repeats
        from lines
        join suspect using (ladder, bundle, part)
        left join billing.duplicate_pair as again on again.source_id = lines.source_id
            and again.claim_id = lines.claim_id and again.claim_line_number = lines.claim_line_number"""
    )
    rows = con.execute(
        "select ladder, bundle, part, place, service_date, role, hcpcs_code, npi, cast(span as integer), "
        "followed, too_early, repeats, gone, doubtful from service order by place"
    ).fetchall()
    found: list[Ruled] = []
    for (ladder, _, _), group in groupby(rows, key=lambda row: row[:3]):
        found += ruled_out((Service(*row[3:]) for row in group), LADDERS[ladder])
    con.register("ruled", _columns(found))
    return """
        select cast(ruled.kind as varchar) as kind, lines.source_id, lines.claim_id, lines.claim_line_number,
            others.source_id as other_source_id, others.claim_id as other_claim_id,
            others.claim_line_number as other_claim_line_number, cast(ruled.certainty as varchar) as certainty
        from ruled
        join service as lines on lines.place = ruled.place
        left join service as others on others.place = ruled.other"""


def _columns(found: Sequence[Ruled]) -> dict[str, NDArray[Any]]:
    return {
        "place": np.array([one.place for one in found], dtype=np.int64),
        "other": np.array([-1 if one.other is None else one.other for one in found], dtype=np.int64),
        "kind": np.array([one.kind for one in found], dtype=str),
        "certainty": np.array([one.certainty for one in found], dtype=str),
    }
