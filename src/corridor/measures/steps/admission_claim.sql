-- step:      measures.admission_claim
-- makes:     one row per inpatient claim: whose, when, where, its first diagnosis, what was paid, and the stay
--            (admission) it belongs to; acute claims that touch or follow a transfer are one stay
-- key:       source_id, claim_id
-- reads:     claims.medical_claim, claims.claim_diagnosis, population.claim_line
-- rules:     claims.claim_setting, performance.psychiatric_facility, performance.transfer_days
-- cites:     CMS hospital-wide readmission measure (transfers); docs/performance.md
-- evidence:  population.claim_line(source_id, claim_id)
with head as (
  select
    lines.source_id, lines.claim_id, min(lines.person_id) as person_id, max(lines.facility_ccn) as facility_ccn,
    min(coalesce(lines.admission_date, lines.claim_start_date)) as admission_date,
    max(coalesce(lines.discharge_date, lines.claim_end_date)) as discharge_date,
    min(lines.admit_type_code) as admit_type_code, min(lines.admit_source_code) as admit_source_code,
    max(lines.discharge_disposition_code) as discharge_code, max(lines.drg_code) as drg_code
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'inpatient'
  where lines.person_id is not null
  group by lines.source_id, lines.claim_id
),
amount as (
  select
    source_id, claim_id, min(service_category) as service_category, sum(paid_amount) as paid_amount,
    sum(expenditure_amount) as expenditure_amount, sum(standardized_amount) as standardized_amount
  from population.claim_line
  where service_category in ('inpatient', 'inpatient_rehabilitation', 'long_term_care_hospital')
  group by source_id, claim_id
),
psychiatric as (
  select distinct head.facility_ccn
  from head
  join rules.performance_psychiatric_facility as shape on head.facility_ccn like shape.pattern
),
principal as (
  select diagnosis.source_id, diagnosis.claim_id, min(diagnosis.diagnosis_code) as diagnosis_code
  from claims.claim_diagnosis as diagnosis
  join head on head.source_id = diagnosis.source_id and head.claim_id = diagnosis.claim_id
  where diagnosis.diagnosis_sequence = 1
  group by diagnosis.source_id, diagnosis.claim_id
),
stay_claim as (
  select
    head.*,
    case
      when amount.service_category <> 'inpatient' then amount.service_category
      when psychiatric.facility_ccn is not null then 'psychiatric'
      else 'acute'
    end as stay_kind,
    principal.diagnosis_code, coalesce(amount.paid_amount, 0) as paid_amount,
    coalesce(amount.expenditure_amount, 0) as expenditure_amount,
    coalesce(amount.standardized_amount, 0) as standardized_amount
  from head
  left join amount on amount.source_id = head.source_id and amount.claim_id = head.claim_id
  left join principal on principal.source_id = head.source_id and principal.claim_id = head.claim_id
  left join psychiatric on psychiatric.facility_ccn = head.facility_ccn
  where head.admission_date is not null and head.discharge_date is not null
),
before as (
  select
    stay_claim.*,
    max(discharge_date) over (
      partition by person_id, stay_kind order by admission_date, discharge_date, source_id, claim_id
      rows between unbounded preceding and 1 preceding
    ) as last_discharge,
    lag(facility_ccn) over (
      partition by person_id, stay_kind order by admission_date, discharge_date, source_id, claim_id
    ) as last_facility
  from stay_claim
),
-- in the same hospital a stay goes on where claims overlap, or where one ends and the next begins on one day; a
-- transfer to another hospital may take a day
begun as (
  select
    before.*,
    case
      when before.last_discharge is null then 1
      when before.admission_date < before.last_discharge then 0
      when before.facility_ccn = before.last_facility and before.admission_date = before.last_discharge then 0
      when before.stay_kind = 'acute' and before.facility_ccn <> before.last_facility
        and cx_days_between(before.last_discharge, before.admission_date) <= apart.value then 0
      else 1
    end as begins
  from before
  cross join rules.performance_transfer_days as apart
),
numbered as (
  select
    begun.*,
    sum(begins) over (
      partition by person_id, stay_kind order by admission_date, discharge_date, source_id, claim_id
      rows between unbounded preceding and current row
    ) as stay_number
  from begun
)
select
  source_id, claim_id, person_id, stay_kind,
  concat(
    cast(person_id as varchar), '/', stay_kind, '/', cast(stay_number as varchar)
  ) as admission_id,
  admission_date, discharge_date, facility_ccn, admit_type_code, admit_source_code, discharge_code, drg_code,
  diagnosis_code, paid_amount, expenditure_amount, standardized_amount,
  row_number() over (
    partition by person_id, stay_kind, stay_number order by admission_date, discharge_date, source_id, claim_id
  ) as claim_place,
  row_number() over (
    partition by person_id, stay_kind, stay_number
    order by discharge_date desc, admission_date desc, source_id desc, claim_id desc
  ) as claim_place_from_last
from numbered
