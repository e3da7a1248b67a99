-- step:      mssp.report_line
-- makes:     one row per ACO, performance year, report, submission, period, line and enrolment type of CMS's workbooks
--            that an estimate rests on, named by the letter of CMS's steps; newest says whether it is the one that
--            counts: a final submission before a preliminary one, then the newest
-- key:       aco_id, performance_year, submission_id, period, letter, detail, enrollment_type
-- reads:     org_raw.aco_benchmark, org_raw.aco_expenditure
-- cites:     CMS's steps of the updated benchmark estimate; CCLF layout notes, section 8
-- evidence:  none
-- owner:     aco_id
with printed as (
  select
    aco_id, performance_year, report, stage, coalesce(submission_id, '') as submission_id,
    coalesce(period, '') as period, benchmark_year, sheet, section_code, lower(coalesce(section_label, '')) as section,
    lower(row_label) as line, enrollment_type, lower(trim(column_label)) as named, value, row_number, file_date,
    delivery_id
  from org_raw.aco_benchmark
  where value is not null
  union all
  select
    aco_id, performance_year, report, stage, coalesce(submission_id, '') as submission_id,
    coalesce(period, '') as period, benchmark_year, sheet, section_code, lower(coalesce(section_label, '')) as section,
    lower(row_label) as line, enrollment_type, lower(trim(column_label)) as named, value, row_number, file_date,
    delivery_id
  from org_raw.aco_expenditure
  where value is not null
),
sorted as (
  select
    *,
    case
      when report = 'BNMRK' and sheet = '1' and section_code = 'L' and named = 'benchmark' then 'L'
      when report = 'BNMRK' and sheet = '6' and section_code = 'F' and named like 'py_' then 'J'
      when sheet = '1' and section like 'total expenditures by%enrollment type' and named like 'national assignable ffs%'
        then case when report = 'AEXPU' then 'A' when report = 'QEXPU' then 'B' end
      when sheet = '1' and section like 'total expenditures by%enrollment type' and named = 'aco-specific'
        then case when report = 'AEXPU' then 'annual' when report = 'QEXPU' then 'Q' end
      when sheet = '1' and section like 'person years by%enrollment type' and named = 'aco-specific'
        then case when report = 'AEXPU' then 'annual_person_years' when report = 'QEXPU' then 'N' end
      when report = 'QEXPU' and sheet = '1' and line like 'total assigned beneficiaries%' and named = 'aco-specific'
        then 'S'
      when report = 'QEXPU' and sheet = '2' and section like 'regional expenditures%'
        then case when named = 'benchmark year 3' then 'D' when named like 'q_' then 'E' end
      when report = 'QEXPU' and sheet = '2' and section like 'national weight%' and named like 'q_' then 'G'
      when report = 'QEXPU' and sheet = '2' and section like 'regional weight%' and named like 'q_' then 'H'
    end as letter,
    case
      when sheet = '6' or (sheet = '2' and named like 'q_') then upper(named)
      when report = 'AEXPU' then cast(benchmark_year as varchar)
      else ''
    end as detail
  from printed
),
-- where the plain column and the one of twelve months are both there, the latter; a redelivery replaces
chosen as (
  select
    *,
    row_number() over (
      partition by aco_id, performance_year, submission_id, period, letter, detail, enrollment_type
      order by
        case when named like '%12-month%' then 0 else 1 end, file_date desc nulls last, delivery_id desc, row_number,
        named, value
    ) as place,
    dense_rank() over (
      partition by aco_id, performance_year, report, period, benchmark_year
      order by
        case when stage = 'final' then 0 else 1 end, file_date desc nulls last, submission_id desc, delivery_id desc
    ) as submission_place
  from sorted
  where letter is not null and (enrollment_type is not null or letter = 'S')
)
select
  aco_id, performance_year, report, stage, submission_id, period, letter, coalesce(detail, '') as detail,
  coalesce(enrollment_type, 'total') as enrollment_type, value, submission_place = 1 as newest, file_date
from chosen
where place = 1
