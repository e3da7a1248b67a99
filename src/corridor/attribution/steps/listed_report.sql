-- step:      attribution.listed_report
-- makes:     one row per source, year and person on any assignment list report: the newest report that lists the
--            person, and whether it is the newest of the year. A later quarter supersedes; a redelivery replaces
-- key:       source_id, performance_year, person_id
-- reads:     org_raw.assignment_list, identity.person_alias
-- cites:     CMS assignment list report, table 1-1; CCLF layout notes, section 7
-- evidence:  none
with report as (
  select
    source_id, performance_year, coalesce(report_period, cast(performance_year as varchar)) as report_period,
    delivery_id, max(file_date) as file_date,
    row_number() over (
      partition by source_id, performance_year, coalesce(report_period, cast(performance_year as varchar))
      order by max(file_date) desc nulls last, delivery_id desc
    ) as delivery_place,
    dense_rank() over (
      partition by source_id, performance_year
      order by coalesce(report_period, cast(performance_year as varchar)) desc
    ) as period_place
  from org_raw.assignment_list
  where performance_year is not null
  group by source_id, performance_year, coalesce(report_period, cast(performance_year as varchar)), delivery_id
),
listed as (
  select
    report.source_id, report.performance_year, coalesce(alias.kept_person_id, listed.person_id) as person_id,
    report.report_period, report.file_date, report.period_place, report.delivery_id,
    listed.person_id as listed_person_id,
    row_number() over (
      partition by report.source_id, report.performance_year, coalesce(alias.kept_person_id, listed.person_id)
      order by report.period_place, listed.months_assigned desc nulls last, listed.person_id
    ) as place
  from org_raw.assignment_list as listed
  join report
    on report.source_id = listed.source_id and report.delivery_id = listed.delivery_id
    and report.performance_year = listed.performance_year and report.delivery_place = 1
    and report.report_period = coalesce(listed.report_period, cast(listed.performance_year as varchar))
  left join identity.person_alias as alias on alias.person_id = listed.person_id
)
select
  source_id, performance_year, person_id, report_period, file_date, delivery_id, listed_person_id,
  period_place = 1 as is_newest
from listed
where place = 1
