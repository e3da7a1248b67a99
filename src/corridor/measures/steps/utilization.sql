-- step:      measures.utilization
-- makes:     one row per person and measure in the measured year: denominator (member months; index stays of
--            readmission), how many events, what they cost; of cost, dollars are truncated expenditure
-- key:       person_id, measure
-- reads:     measures.performance_member, measures.utilization_event, run.setting
-- rules:     performance.measure
-- cites:     docs/performance.md
-- evidence:  measures.utilization_event(person_id, measure)
with counted as (
  select
    event.person_id, event.measure, cast(sum(event.events) as bigint) as events, count(*) as rows_counted,
    sum(event.dollars) as dollars
  from measures.utilization_event as event
  join run.setting as setting on event.year = setting.data_year
  group by event.person_id, event.measure
)
select
  member.person_id, measure.measure,
  cast(case
    when measure.measure = 'readmission' then coalesce(counted.rows_counted, 0)
    else member.member_months
  end as bigint) as denominator,
  case when measure.measure = 'cost' then cast(null as bigint) else coalesce(counted.events, 0) end as count,
  cast(case
    when measure.measure = 'cost' then member.truncated_expenditure
    else coalesce(counted.dollars, 0)
  end as decimal(18, 2)) as dollars
from measures.performance_member as member
cross join rules.performance_measure as measure
left join counted on counted.person_id = member.person_id and counted.measure = measure.measure
where measure.measure <> 'readmission' or counted.person_id is not null
