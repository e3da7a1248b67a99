-- step:      measures.performance_month
-- makes:     one row per level, entity, measure and month: observed and expected over the twelve months that end
--            with it, of the people of the measured year (people: those of its fullest month); only months with
--            twelve behind them
-- key:       level, entity_id, measure, month
-- reads:     measures.performance_panel_month, population.month
-- rules:     performance.rolling_months, performance.measure, performance.year_months
-- cites:     docs/performance.md
-- evidence:  measures.performance_roster(level, entity_id)
with placed as (
  select 'npi' as level, npi as entity_id, panel.* from measures.performance_panel_month as panel where npi is not null
  union all
  select 'tin' as level, tin as entity_id, panel.* from measures.performance_panel_month as panel where tin is not null
  union all
  select 'site' as level, site_id as entity_id, panel.*
  from measures.performance_panel_month as panel where site_id is not null
  union all
  select 'aco' as level, aco_id as entity_id, panel.*
  from measures.performance_panel_month as panel where aco_id is not null
  union all
  select 'region' as level, region as entity_id, panel.*
  from measures.performance_panel_month as panel where region is not null
),
summed as (
  select
    level, entity_id, month, sum(member_months) as member_months, cx_exact_sum(expenditure) as expenditure,
    cx_exact_sum(expected_cost) as expected_cost, cx_exact_sum(admissions) as admissions,
    cx_exact_sum(expected_admissions) as expected_admissions, cx_exact_sum(visits) as visits,
    cx_exact_sum(expected_visits) as expected_visits
  from placed
  group by level, entity_id, month
),
-- each month with the months of its window
reach as (
  select ends.month, inside.month as inside_month
  from population.month as ends
  cross join rules.performance_rolling_months as span
  join population.month as inside
    on inside.month <= ends.month
    and cx_months_between(inside.first_day, ends.first_day) < span.value
),
whole as (
  select reach.month
  from reach
  cross join rules.performance_rolling_months as span
  group by reach.month, span.value
  having count(*) = span.value
),
rolled as (
  select
    summed.level, summed.entity_id, reach.month, cast(sum(summed.member_months) as bigint) as member_months,
    cast(max(summed.member_months) as bigint) as people,
    cx_exact_sum(summed.expenditure) as expenditure, cx_exact_sum(summed.expected_cost) as expected_cost,
    cx_exact_sum(summed.admissions) as admissions, cx_exact_sum(summed.expected_admissions) as expected_admissions,
    cx_exact_sum(summed.visits) as visits, cx_exact_sum(summed.expected_visits) as expected_visits
  from summed
  join reach on reach.inside_month = summed.month
  join whole on whole.month = reach.month
  group by summed.level, summed.entity_id, reach.month
),
long as (
  select level, entity_id, month, people, member_months, 'cost' as measure, expenditure as observed, expected_cost as expected
  from rolled
  union all
  select level, entity_id, month, people, member_months, 'acute_admission', admissions, expected_admissions from rolled
  union all
  select level, entity_id, month, people, member_months, 'emergency_visit', visits, expected_visits from rolled
)
select
  long.level, long.entity_id, long.measure, long.month, long.people,
  long.member_months as denominator, long.observed, long.expected, cx_divide(long.observed * months.value * measure.per, long.member_months) as observed_rate,
  cx_divide(long.observed, long.expected) as ratio
from long
join rules.performance_measure as measure on measure.measure = long.measure
cross join rules.performance_year_months as months
