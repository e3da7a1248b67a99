-- step:      mssp.expenditure_month
-- makes:     one row per ACO, month and enrolment type (and all): assigned member months, expenditure as paid so far
--            and completed, not cut at any threshold
-- key:       aco_id, month, enrollment_type
-- reads:     mssp.person_month, population.completion
-- rules:     population.months_per_year
-- cites:     42 CFR 425.605(a); docs/aco.md
-- evidence:  mssp.person_month(aco_id, month)
-- owner:     aco_id
-- partition: service_month
with typed as (
  select
    aco_id, month, service_month, year, enrollment_type, count(*) as member_months,
    cast(sum(expenditure) as decimal(18, 2)) as expenditure
  from mssp.person_month
  group by aco_id, month, service_month, year, enrollment_type
),
completed as (
  select
    typed.aco_id, typed.month, typed.service_month, typed.year, typed.enrollment_type, typed.member_months, typed.expenditure,
    coalesce(completion.completion_factor, 1) as completion_factor,
    cast(typed.expenditure as double) * coalesce(completion.completion_factor, 1) as completed
  from typed
  left join population.completion as completion
    on completion.month = typed.month and completion.enrollment_type = typed.enrollment_type
),
both_levels as (
  select aco_id, month, service_month, year, enrollment_type, member_months, expenditure, completed
  from completed
  union all
  select aco_id, month, service_month, year, 'all' as enrollment_type, member_months, expenditure, completed
  from completed
)
select
  both_levels.aco_id, both_levels.month, both_levels.year, both_levels.enrollment_type,
  cast(sum(both_levels.member_months) as bigint) as member_months,
  cast(sum(both_levels.member_months) as bigint) as people,
  cast(sum(both_levels.expenditure) as decimal(18, 2)) as expenditure,
  cx_exact_sum(both_levels.completed) as completed,
  coalesce(cx_divide(cx_exact_sum(both_levels.completed), sum(both_levels.expenditure)), 1) as completion_factor,
  cx_divide(cx_exact_sum(both_levels.completed) * max(whole.value), sum(both_levels.member_months))
    as annualized_per_capita,
  both_levels.service_month
from both_levels
cross join rules.population_months_per_year as whole
group by
  both_levels.aco_id, both_levels.month, both_levels.service_month, both_levels.year, both_levels.enrollment_type
