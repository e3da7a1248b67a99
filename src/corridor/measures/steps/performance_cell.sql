-- step:      measures.performance_cell
-- makes:     one row per measure and cell of the whole population: people, denominator, what was observed, and the
--            rate expected of a person in it; a cell with too few people takes the rate of a wider one
-- key:       measure, cell
-- reads:     measures.utilization, measures.utilization_event, measures.performance_member, run.setting
-- rules:     performance.cell_minimum
-- cites:     indirect standardisation; docs/performance.md
-- evidence:  measures.performance_member(cell)
with stay as (
  -- index stays are put by the cohort of the readmission measure and by risk, not by age
  select
    event.person_id, event.detail as wide_cell, 'all' as widest_cell, event.events,
    concat(
      event.detail, ' / ', coalesce(cast(member.risk_group as varchar), 'no risk score')
    ) as cell
  from measures.utilization_event as event
  join run.setting as setting on event.year = setting.data_year
  join measures.performance_member as member on member.person_id = event.person_id
  where event.measure = 'readmission'
),
summed as (
  select
    used.measure, member.widest_cell, member.wide_cell, member.cell, count(*) as people,
    cast(sum(used.denominator) as double) as denominator,
    cast(sum(case when used.measure = 'cost' then used.dollars else used.count end) as double) as observed
  from measures.utilization as used
  join measures.performance_member as member on member.person_id = used.person_id
  where used.measure <> 'readmission'
  group by used.measure, member.widest_cell, member.wide_cell, member.cell
  union all
  select
    'readmission' as measure, widest_cell, wide_cell, cell, count(distinct person_id) as people,
    cast(count(*) as double) as denominator, cast(sum(events) as double) as observed
  from stay
  group by widest_cell, wide_cell, cell
),
wider as (
  select
    measure, wide_cell, sum(people) as people, cx_exact_sum(denominator) as denominator,
    cx_exact_sum(observed) as observed
  from summed
  group by measure, wide_cell
),
widest as (
  select
    measure, widest_cell, sum(people) as people, cx_exact_sum(denominator) as denominator,
    cx_exact_sum(observed) as observed
  from summed
  group by measure, widest_cell
),
every as (
  select measure, cx_exact_sum(denominator) as denominator, cx_exact_sum(observed) as observed
  from summed
  group by measure
)
select
  summed.measure, summed.cell, summed.wide_cell, summed.people, summed.denominator, summed.observed,
  case
    when summed.people >= fewest.value then 'cell'
    when wider.people >= fewest.value then 'wide_cell'
    when widest.people >= fewest.value then 'widest_cell'
    else 'everyone'
  end as basis,
  coalesce(case
    when summed.people >= fewest.value then cx_divide(summed.observed, summed.denominator)
    when wider.people >= fewest.value then cx_divide(wider.observed, wider.denominator)
    when widest.people >= fewest.value then cx_divide(widest.observed, widest.denominator)
    else cx_divide(every.observed, every.denominator)
  end, 0) as rate
from summed
join wider on wider.measure = summed.measure and wider.wide_cell = summed.wide_cell
join widest on widest.measure = summed.measure and widest.widest_cell = summed.widest_cell
join every on every.measure = summed.measure
cross join rules.performance_cell_minimum as fewest
