-- step:      population.enrollment_span
-- makes:     one row per span of enrolment: the whole months it covers, what its codes say of the reason of
--            entitlement and of Medicaid, and whether another span of the person covers some of its months
-- key:       person_id, source_id, start_date
-- reads:     claims.eligibility, claims.person
-- rules:     population.medicare_status, population.entitlement_reason, population.dual_status,
--            population.enrollment_basis
-- cites:     42 CFR 425.400(a)(2) (enrolment types); docs/population.md
-- evidence:  claims.eligibility(source_id, person_id)
with spans as (
  select
    span.person_id, span.source_id, span.enrollment_start_date as start_date,
    cx_month_of(span.enrollment_start_date) as first_month,
    cx_month_of(span.enrollment_end_date) as end_month, cx_month_of(person.death_date) as death_month,
    person.birth_date,
    status.enrollment_group as status_group, reason.enrollment_group as reason_group,
    dual.dual_status_code is not null as dual,
    span.part_a, span.part_b, span.medicare_advantage, span.part_d,
    span.enrollment_basis as basis, known.place as basis_place
  from claims.eligibility as span
  join claims.person as person on person.person_id = span.person_id
  left join rules.population_medicare_status as status
    on status.medicare_status_code = span.medicare_status_code
  left join rules.population_entitlement_reason as reason
    on reason.original_reason_entitlement_code
      = coalesce(span.original_reason_entitlement_code, person.original_reason_entitlement_code)
  left join rules.population_dual_status as dual on dual.dual_status_code = span.dual_status_code
  left join rules.population_enrollment_basis as known on known.enrollment_basis = span.enrollment_basis
  where span.enrollment_start_date is not null
),
-- null is open; nobody is enrolled after the month of death
closed as (
  select
    *, coalesce(least(end_month, death_month), end_month, death_month) as last_month
  from spans
),
seen as (
  select
    *,
    max(case when last_month is null then 1 else 0 end) over earlier as open_before,
    max(last_month) over earlier as last_before,
    lead(first_month) over (
      partition by person_id order by first_month, start_date, source_id
    ) as first_after
  from closed
  where last_month is null or last_month >= first_month
  window earlier as (
    partition by person_id order by first_month, start_date, source_id
    rows between unbounded preceding and 1 preceding
  )
)
select
  person_id, source_id, start_date, first_month, last_month, death_month, birth_date, status_group,
  reason_group, dual, coalesce(part_a, false) as part_a, coalesce(part_b, false) as part_b,
  coalesce(medicare_advantage, false) as medicare_advantage, part_d, basis, basis_place,
  coalesce(open_before = 1 or last_before >= first_month, false)
    or coalesce(first_after <= last_month, first_after is not null and last_month is null) as shares_months
from seen
