-- step:      population.enrollment_listed
-- makes:     one row per person and month of which an assignment list report knows the enrolment type: a quarterly
--            report knows the twelve months to the end of its quarter. The newest report counts of the earliest
--            year whose reports know the month; none knows a month after the last one it flags for anybody
-- key:       person_id, month
-- reads:     org_raw.assignment_list, identity.person_alias, claims.person
-- rules:     population.enrollment_flag, population.enrollment_flag_window
-- cites:     CMS assignment list report, ENROLLFLAG1 to 12; docs/population.md
-- evidence:  none
with report as (
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_1' as flag,
    enrollflag_1 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_2' as flag,
    enrollflag_2 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_3' as flag,
    enrollflag_3 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_4' as flag,
    enrollflag_4 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_5' as flag,
    enrollflag_5 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_6' as flag,
    enrollflag_6 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_7' as flag,
    enrollflag_7 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_8' as flag,
    enrollflag_8 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_9' as flag,
    enrollflag_9 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_10' as flag,
    enrollflag_10 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_11' as flag,
    enrollflag_11 as flag_value from org_raw.assignment_list
  union all
  select person_id, performance_year, report_period, file_date, delivery_id, 'enrollflag_12' as flag,
    enrollflag_12 as flag_value from org_raw.assignment_list
),
dated as (
  select
    coalesce(alias.kept_person_id, report.person_id) as person_id, report.performance_year,
    report.report_period, report.file_date, report.delivery_id, report.flag_value,
    (report.performance_year + named.year_offset) * 100 + named.month_of_year as month
  from report
  join rules.population_enrollment_flag_window as named
    on named.flag = report.flag
    and named.report_kind = case when report.report_period like '%Q_' then substr(report.report_period, length(report.report_period) - 1) else 'year' end
  left join identity.person_alias as alias on alias.person_id = report.person_id
  where report.flag_value is not null and report.performance_year is not null
),
horizon as (
  select delivery_id, performance_year, report_period, max(month) as last_month
  from dated
  where flag_value > 0
  group by delivery_id, performance_year, report_period
),
newest as (
  select
    dated.person_id, dated.month, dated.flag_value,
    row_number() over (
      partition by dated.person_id, dated.month
      order by dated.performance_year, dated.report_period desc nulls last, dated.file_date desc nulls last, dated.delivery_id desc,
        dated.flag_value desc
    ) as place
  from dated
  join horizon
    on horizon.delivery_id = dated.delivery_id and horizon.performance_year = dated.performance_year
    and horizon.report_period is not distinct from dated.report_period
    and dated.month <= horizon.last_month
)
select
  newest.person_id, newest.month, meaning.enrollment_type, meaning.enrollment_type is not null as counts,
  person.birth_date, cx_month_of(person.death_date) as death_month
from newest
left join rules.population_enrollment_flag as meaning on meaning.flag_value = newest.flag_value
left join claims.person as person on person.person_id = newest.person_id
where newest.place = 1
