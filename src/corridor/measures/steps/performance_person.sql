-- step:      measures.performance_person
-- makes:     one row per person and measure in the measured year: denominator, observed, expected
-- key:       person_id, measure
-- reads:     measures.utilization, measures.utilization_event, measures.performance_member,
--            measures.performance_cell, run.setting
-- cites:     indirect standardisation; docs/performance.md
-- evidence:  measures.utilization_event(person_id, measure)
with stay as (
  select event.person_id, cx_exact_sum(cell.rate) as expected
  from measures.utilization_event as event
  join run.setting as setting on event.year = setting.data_year
  join measures.performance_member as member on member.person_id = event.person_id
  join measures.performance_cell as cell
    on cell.measure = 'readmission' and cell.cell = concat(
      event.detail, ' / ', coalesce(cast(member.risk_group as varchar), 'no risk score')
    )
  where event.measure = 'readmission'
  group by event.person_id
)
select
  used.person_id, used.measure, used.denominator,
  cast(case when used.measure = 'cost' then used.dollars else used.count end as double) as observed,
  case
    when used.measure = 'readmission' then stay.expected
    else used.denominator * cell.rate
  end as expected,
  used.dollars
from measures.utilization as used
join measures.performance_member as member on member.person_id = used.person_id
left join measures.performance_cell as cell on cell.measure = used.measure and cell.cell = member.cell
left join stay on stay.person_id = used.person_id and used.measure = 'readmission'
