-- step:      fhir.coverage_span
-- makes:     one row per span of a person over which no part of Medicare and no dual status changes
-- key:       source_id, person_id, start_date
-- reads:     fhir.coverage_interval
-- cites:     HL7 FHIR Coverage; docs/sources/fhir.md
-- evidence:  fhir.coverage_interval(source_id, person_id)
with boundary as (
  select source_id, person_id, start_date as day from fhir.coverage_interval
  union
  select source_id, person_id, cx_add_days(end_date, 1) as day from fhir.coverage_interval where end_date is not null
),
segment as (
  select
    source_id, person_id, day as start_date,
    cx_add_days(lead(day) over (partition by source_id, person_id order by day), -1) as end_date
  from boundary
),
stated as (
  select
    segment.source_id, segment.person_id, segment.start_date, segment.end_date, held.part,
    max(held.delivery_id) as delivery_id,
    max(case when held.basis = 'monthly' then 1 else 0 end) as by_month,
    max(case when held.basis = 'span' then 1 else 0 end) as by_period,
    max(case when held.basis = 'monthly' and held.covered then 1 else 0 end) as covered_by_month,
    max(case when held.covered then 1 else 0 end) as covered_at_all,
    max(case when held.basis = 'monthly' then held.dual_status_code end) as dual_by_month,
    max(held.dual_status_code) as dual_at_all
  from segment
  join fhir.coverage_interval as held
    on held.source_id = segment.source_id and held.person_id = segment.person_id
    and held.start_date <= segment.start_date
    and (held.end_date is null or held.end_date >= segment.start_date)
  group by segment.source_id, segment.person_id, segment.start_date, segment.end_date, held.part
),
-- months say yes or no; where they say nothing of a part, its period counts
decided as (
  select
    source_id, person_id, start_date, end_date, part, delivery_id, by_month, by_period,
    case when by_month = 1 then covered_by_month else covered_at_all end as covered,
    case when by_month = 1 then dual_by_month else dual_at_all end as dual_status_code
  from stated
),
spread as (
  select
    source_id, person_id, start_date, end_date, max(delivery_id) as delivery_id,
    max(by_month) as by_month, max(by_period) as by_period,
    max(case when part = 'a' then covered else 0 end) as has_a,
    max(case when part = 'b' then covered else 0 end) as has_b,
    max(case when part = 'c' then covered else 0 end) as has_c,
    max(case when part = 'd' then covered else 0 end) as has_d,
    max(case when part = 'dual' then dual_status_code end) as dual_status_code
  from decided
  group by source_id, person_id, start_date, end_date
),
enrolled as (
  select
    source_id, person_id, start_date, end_date, delivery_id, has_a, has_b, has_c, has_d, dual_status_code,
    case when by_month = 1 then 'monthly' when by_period = 1 then 'span' else 'current_status_carried_back' end as basis
  from spread
  where has_a + has_b + has_c + has_d > 0
),
changes as (
  select
    source_id, person_id, start_date, end_date, delivery_id, has_a, has_b, has_c, has_d, dual_status_code, basis,
    case
      when cx_add_days(lag(end_date) over (partition by source_id, person_id order by start_date), 1) = start_date
        and lag(has_a) over (partition by source_id, person_id order by start_date) = has_a
        and lag(has_b) over (partition by source_id, person_id order by start_date) = has_b
        and lag(has_c) over (partition by source_id, person_id order by start_date) = has_c
        and lag(has_d) over (partition by source_id, person_id order by start_date) = has_d
        and lag(basis) over (partition by source_id, person_id order by start_date) = basis
        and coalesce(lag(dual_status_code) over (partition by source_id, person_id order by start_date), '-')
          = coalesce(dual_status_code, '-')
      then 0 else 1
    end as starts
  from enrolled
),
runs as (
  select
    source_id, person_id, start_date, end_date, delivery_id, has_a, has_b, has_c, has_d, dual_status_code, basis,
    sum(starts) over (partition by source_id, person_id order by start_date) as run
  from changes
)
select
  source_id, person_id, min(start_date) as start_date,
  case when max(case when end_date is null then 1 else 0 end) = 0 then max(end_date) end as end_date,
  max(delivery_id) as delivery_id, max(has_a) = 1 as part_a, max(has_b) = 1 as part_b,
  max(has_c) = 1 as medicare_advantage, max(has_d) = 1 as part_d, max(dual_status_code) as dual_status_code,
  max(basis) as enrollment_basis
from runs
group by source_id, person_id, run
