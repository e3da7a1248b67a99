-- step:      measures.low_value_service
-- makes:     one row per low-value flag, person and day: the services that are flagged, their dollars
-- key:       flag, person_id, service_date
-- reads:     measures.low_value_line, claims.claim_diagnosis, claims.medical_claim
-- rules:     performance.low_value_measure, performance.low_value_diagnosis
-- cites:     Schwartz 2014; Colla 2015; docs/performance.md
-- evidence:  measures.low_value_line(flag, person_id, service_date)
with people as (
  select distinct person_id from measures.low_value_line
),
code as (
  select asked.flag, asked.role, listed.diagnosis_code
  from (select distinct diagnosis_code from claims.claim_diagnosis) as listed
  join rules.performance_low_value_diagnosis as asked on starts_with(listed.diagnosis_code, asked.prefix)
  group by asked.flag, asked.role, listed.diagnosis_code
),
wanted as (
  select distinct diagnosis_code from code
),
-- of those people, the diagnoses that any flag asks about
seen as (
  select distinct found.person_id, found.source_id, found.claim_id, found.diagnosis_code
  from claims.claim_diagnosis as found
  join wanted on wanted.diagnosis_code = found.diagnosis_code
  join people on people.person_id = found.person_id
),
claim_day as (
  select lines.source_id, lines.claim_id, min(lines.claim_start_date) as claim_date
  from claims.medical_claim as lines
  join (select distinct source_id, claim_id from seen) as one
    on one.source_id = lines.source_id and one.claim_id = lines.claim_id
  group by lines.source_id, lines.claim_id
),
history as (
  select distinct seen.person_id, seen.diagnosis_code, claim_day.claim_date
  from seen
  join claim_day on claim_day.source_id = seen.source_id and claim_day.claim_id = seen.claim_id
),
included as (
  select distinct line.flag, line.source_id, line.claim_id
  from measures.low_value_line as line
  join seen on seen.source_id = line.source_id and seen.claim_id = line.claim_id
  join code
    on code.flag = line.flag and code.role = 'includes' and code.diagnosis_code = seen.diagnosis_code
),
day as (
  select distinct flag, person_id, service_date from measures.low_value_line
),
-- a person's history is of few days: it meets the services of that person alone
excluded as (
  select distinct day.flag, day.person_id, day.service_date
  from day
  join rules.performance_low_value_measure as flag on flag.flag = day.flag
  join history on history.person_id = day.person_id and history.claim_date <= day.service_date
    and history.claim_date >= cx_add_days(day.service_date, -1 * flag.lookback_days)
  join code
    on code.flag = day.flag and code.role = 'excludes' and code.diagnosis_code = history.diagnosis_code
)
select
  line.flag, line.person_id, line.service_date, min(line.month) as month, count(*) as lines,
  count(distinct line.hcpcs_code) as codes, min(line.npi) as npi, min(line.tin) as tin,
  min(concat(line.source_id, '/', line.claim_id)) as first_claim,
  sum(line.paid_amount) as paid_amount, sum(line.expenditure_amount) as expenditure_amount,
  sum(line.standardized_amount) as standardized_amount
from measures.low_value_line as line
join rules.performance_low_value_measure as flag on flag.flag = line.flag
left join included
  on included.flag = line.flag and included.source_id = line.source_id and included.claim_id = line.claim_id
left join excluded
  on excluded.flag = line.flag and excluded.person_id = line.person_id
  and excluded.service_date = line.service_date
where excluded.flag is null and (not flag.needs_diagnosis or included.flag is not null)
group by line.flag, line.person_id, line.service_date
