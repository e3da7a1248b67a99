-- makes: one row per ACO and assignment list of CMS, the newest of its period: people on it, who came since the list before, who went
-- reads: attribution.listed_report, attribution.participant
with lists as (
  select distinct source_id, performance_year, report_period, person_id
  from attribution.listed_report
  where is_newest and person_id is not null
),
periods as (
  select
    source_id, performance_year, report_period,
    lag(report_period) over (partition by source_id order by performance_year, report_period) as period_before
  from (select distinct source_id, performance_year, report_period from lists)
),
change as (
  select
    periods.source_id, periods.report_period, count(now.person_id) as people,
    count(*) filter (where old.person_id is null and periods.period_before is not null) as came
  from periods
  join lists as now on now.source_id = periods.source_id and now.report_period = periods.report_period
  left join lists as old
    on old.source_id = now.source_id and old.report_period = periods.period_before and old.person_id = now.person_id
  group by periods.source_id, periods.report_period
),
gone as (
  select periods.source_id, periods.report_period, count(*) as went
  from periods
  join lists as old on old.source_id = periods.source_id and old.report_period = periods.period_before
  left join lists as now
    on now.source_id = old.source_id and now.report_period = periods.report_period and now.person_id = old.person_id
  where now.person_id is null
  group by periods.source_id, periods.report_period
),
acos as (select min(aco_id) as only_aco, count(distinct aco_id) as acos from attribution.participant)
select
  case when acos.acos = 1 then acos.only_aco else periods.source_id end as aco_id, periods.performance_year,
  periods.report_period, periods.period_before, change.people, change.came, coalesce(gone.went, 0) as went
from periods
cross join acos
join change on change.source_id = periods.source_id and change.report_period = periods.report_period
left join gone on gone.source_id = periods.source_id and gone.report_period = periods.report_period
