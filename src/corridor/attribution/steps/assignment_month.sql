-- step:      attribution.assignment_month
-- makes:     one row per person and month of a year for which an assignment list report is loaded: assigned or not
--            by the newest report, the enrolment flag, and why not; no row after the last month a report flags,
--            nor for the months of the year before that a quarterly report flags too
-- key:       person_id, month
-- reads:     attribution.listed_report, attribution.turnover, org_raw.assignment_list
-- rules:     population.enrollment_flag_window
-- cites:     CMS assignment list report, tables 1-1 and 1-5; CCLF layout notes, section 7
-- evidence:  attribution.listed_report(person_id)
with dated as (
  select
    report.source_id, report.performance_year, report.person_id, report.report_period, report.file_date,
    report.delivery_id, report.is_newest, report.performance_year * 100 + named.month_of_year as month,
    case named.flag
      when 'enrollflag_1' then listed.enrollflag_1 when 'enrollflag_2' then listed.enrollflag_2
      when 'enrollflag_3' then listed.enrollflag_3 when 'enrollflag_4' then listed.enrollflag_4
      when 'enrollflag_5' then listed.enrollflag_5 when 'enrollflag_6' then listed.enrollflag_6
      when 'enrollflag_7' then listed.enrollflag_7 when 'enrollflag_8' then listed.enrollflag_8
      when 'enrollflag_9' then listed.enrollflag_9 when 'enrollflag_10' then listed.enrollflag_10
      when 'enrollflag_11' then listed.enrollflag_11 when 'enrollflag_12' then listed.enrollflag_12
    end as enrollment_flag
  from attribution.listed_report as report
  join org_raw.assignment_list as listed
    on listed.person_id = report.listed_person_id and listed.delivery_id = report.delivery_id
    and listed.source_id = report.source_id and listed.performance_year = report.performance_year
    and coalesce(listed.report_period, cast(listed.performance_year as varchar)) = report.report_period
  join rules.population_enrollment_flag_window as named
    on named.year_offset = 0
    and named.report_kind = case when report.report_period like '%Q_' then substr(report.report_period, length(report.report_period) - 1) else 'year' end
),
horizon as (
  select
    delivery_id, report_period, count(enrollment_flag) > 0 as has_flags,
    coalesce(max(case when enrollment_flag > 0 then month end), max(case when enrollment_flag is null then month end))
      as last_month
  from dated
  group by delivery_id, report_period
),
judged as (
  select
    dated.person_id, dated.month, dated.performance_year as year, dated.source_id, dated.report_period, dated.file_date,
    dated.enrollment_flag,
    dated.is_newest and coalesce(dated.enrollment_flag > 0, not horizon.has_flags) as assigned,
    case
      when not dated.is_newest then concat_ws(': ', 'assigned no longer', coalesce(turnover.reason, 'no reason on file'))
      when dated.enrollment_flag = 0 then 'no month of eligibility'
      when dated.enrollment_flag is null and horizon.has_flags then 'the report leaves the month blank'
      when dated.enrollment_flag is null then 'assigned; the report has no monthly flags'
      else 'assigned'
    end as reason
  from dated
  join horizon
    on horizon.delivery_id = dated.delivery_id and horizon.report_period = dated.report_period
    and dated.month <= horizon.last_month
  left join attribution.turnover as turnover
    on turnover.source_id = dated.source_id and turnover.performance_year = dated.performance_year
    and turnover.person_id = dated.person_id
),
ranked as (
  select
    person_id, month, year, source_id, report_period, file_date, enrollment_flag, assigned, reason,
    row_number() over (
      partition by person_id, month
      order by case when assigned then 0 else 1 end, file_date desc nulls last, source_id, enrollment_flag desc
    ) as place
  from judged
)
select
  person_id, month, year, assigned, enrollment_flag, report_period as source_report, file_date as report_date,
  source_id, reason
from ranked
where place = 1
