-- step:      population.enrollment_month
-- makes:     one row per person and month of enrolment, up to the month of death: the Medicare enrolment type,
--            what the person held, whether the month counts (Parts A and B, no health plan), and what it rests on
-- key:       person_id, month
-- reads:     population.month, population.enrollment_span, population.enrollment_listed
-- rules:     population.aged_at
-- cites:     42 CFR 425.400(a)(2), 425.605(a) (enrolment types; hierarchy ESRD, disabled, aged); docs/population.md
-- evidence:  population.enrollment_span(person_id)
-- partition: service_month
with covered as (
  select
    span.person_id, calendar.month, calendar.service_month, calendar.year, calendar.last_day,
    span.death_month, span.birth_date, span.status_group, span.reason_group, span.dual, span.part_a,
    span.part_b, span.medicare_advantage, span.part_d, span.basis, span.basis_place, span.start_date,
    span.source_id, span.shares_months
  from population.enrollment_span as span
  join population.month as calendar
    on calendar.month >= span.first_month and (span.last_month is null or calendar.month <= span.last_month)
),
-- only where spans of a person overlap is there anything to choose
ranked as (
  select
    *,
    row_number() over (
      partition by person_id, month order by basis_place nulls last, start_date desc, source_id
    ) as place
  from covered
  where shares_months
),
chosen as (
  select
    person_id, month, service_month, year, last_day, death_month, birth_date, status_group, reason_group,
    dual, part_a, part_b, medicare_advantage, part_d, basis
  from covered
  where not shares_months
  union all
  select
    person_id, month, service_month, year, last_day, death_month, birth_date, status_group, reason_group,
    dual, part_a, part_b, medicare_advantage, part_d, basis
  from ranked
  where place = 1
),
-- 65 is reached on the day before the birthday; a status carried back keeps its ESRD, never its age
typed as (
  select
    chosen.*, cx_age_on(chosen.birth_date, chosen.last_day) as age,
    case
      when chosen.status_group = 'esrd' then 'esrd'
      when chosen.status_group is not null
        and (chosen.basis <> 'current_status_carried_back' or chosen.birth_date is null) then chosen.status_group
      when chosen.birth_date is null then chosen.reason_group
      when cx_age_on(chosen.birth_date, cx_add_days(chosen.last_day, 1)) >= aged.value then 'aged'
      when chosen.status_group is not null then 'disabled'
      else coalesce(chosen.reason_group, 'disabled')
    end as enrollment_group
  from chosen
  cross join rules.population_aged_at as aged
),
listed as (
  select
    flag.person_id, calendar.month, calendar.service_month, calendar.year, calendar.last_day,
    flag.enrollment_type, flag.counts, flag.death_month, flag.birth_date
  from population.enrollment_listed as flag
  join population.month as calendar on calendar.month = flag.month
  where flag.death_month is null or calendar.month <= flag.death_month
),
-- a report of assignment knows the month better than a span does
joined as (
  select
    coalesce(listed.person_id, typed.person_id) as person_id, coalesce(listed.month, typed.month) as month,
    coalesce(listed.service_month, typed.service_month) as service_month,
    coalesce(listed.year, typed.year) as year,
    case
      when listed.person_id is not null then listed.enrollment_type
      when typed.enrollment_group = 'aged' and typed.dual then 'aged_dual'
      when typed.enrollment_group = 'aged' then 'aged_non_dual'
      else typed.enrollment_group
    end as enrollment_type,
    coalesce(listed.counts or typed.part_a, listed.counts, typed.part_a) as part_a,
    coalesce(listed.counts or typed.part_b, listed.counts, typed.part_b) as part_b,
    case when listed.counts then false else coalesce(typed.medicare_advantage, false) end as medicare_advantage,
    typed.part_d,
    case
      when listed.enrollment_type in ('aged_dual', 'aged_non_dual') then listed.enrollment_type = 'aged_dual'
      else coalesce(typed.dual, false)
    end as dual,
    coalesce(listed.counts, typed.part_a and typed.part_b and not typed.medicare_advantage) as fee_for_service,
    coalesce(listed.death_month, typed.death_month) = coalesce(listed.month, typed.month) as died,
    coalesce(typed.age, cx_age_on(listed.birth_date, listed.last_day)) as age,
    case when listed.person_id is not null then 'assignment_list' else typed.basis end as basis
  from typed
  full join listed on listed.person_id = typed.person_id and listed.month = typed.month
)
select
  person_id, month, year, enrollment_type, part_a, part_b, medicare_advantage, part_d, dual, fee_for_service,
  coalesce(died, false) as died, age, basis, service_month
from joined
