-- step:      measures.equity_rate
-- makes:     one row per level (all, aco, tin), entity, measure, stratifier and group: its rate with the variance
--            between people, before anything is suppressed
-- key:       level, entity_id, measure, stratifier, stratum
-- reads:     measures.performance_person, measures.performance_member, measures.equity_person
-- rules:     performance.measure, performance.year_months
-- cites:     ratio estimator over people; docs/equity.md
-- evidence:  measures.performance_person(measure)
with used as (
  select
    person.person_id, person.measure, cast(person.denominator as double) as denominator, person.observed,
    person.expected, member.aco_id, member.tin
  from measures.performance_person as person
  join measures.performance_member as member on member.person_id = person.person_id
  where person.denominator > 0
),
placed as (
  select 'all' as level, 'all' as entity_id, person_id, measure, denominator, observed, expected from used
  union all
  select 'aco', aco_id, person_id, measure, denominator, observed, expected from used where aco_id is not null
  union all
  select 'tin', tin, person_id, measure, denominator, observed, expected from used where tin is not null
),
summed as (
  select
    placed.level, placed.entity_id, placed.measure, person.stratifier, person.stratum, count(*) as people,
    cx_exact_sum(placed.denominator) as denominator, cx_exact_sum(placed.observed) as observed,
    cx_exact_sum(placed.expected) as expected,
    sum(case when placed.observed > 0 then 1 else 0 end) as people_with_events,
    cx_exact_sum(placed.observed * placed.observed) as observed_squares,
    cx_exact_sum(placed.observed * placed.denominator) as cross_products,
    cx_exact_sum(placed.denominator * placed.denominator) as denominator_squares
  from placed
  join measures.equity_person as person on person.person_id = placed.person_id
  group by placed.level, placed.entity_id, placed.measure, person.stratifier, person.stratum
),
-- months make a year; stays stand as they are
scaled as (
  select
    summed.*, cx_divide(summed.observed, summed.denominator) as plain_rate,
    measure.per * case when measure.measure = 'readmission' then 1 else months.value end as scale
  from summed
  join rules.performance_measure as measure on measure.measure = summed.measure
  cross join rules.performance_year_months as months
)
select
  level, entity_id, measure, stratifier, stratum, people, people_with_events, denominator, observed, expected,
  plain_rate * scale as rate, cx_divide(observed, expected) as ratio_to_expected,
  cx_divide(
    (observed_squares - plain_rate * cross_products - plain_rate * cross_products
      + plain_rate * plain_rate * denominator_squares) * scale * scale * people,
    denominator * denominator * (people - 1)
  ) as rate_variance
from scaled
