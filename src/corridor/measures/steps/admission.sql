-- step:      measures.admission
-- makes:     one row per stay: claims merged, first and last claim, days, first diagnosis at admission and at
--            discharge, whether the stay was planned and why, the cohort of the readmission measure
-- key:       admission_id
-- reads:     measures.admission_claim, measures.readmission_code, claims.claim_procedure
-- cites:     CMS hospital-wide readmission measure, planned readmission algorithm 4.0; docs/performance.md
-- evidence:  measures.admission_claim(admission_id)
with merged as (
  select
    admission_id, min(person_id) as person_id, min(stay_kind) as stay_kind, min(admission_date) as admission_date,
    max(discharge_date) as discharge_date, count(*) as claims, sum(paid_amount) as paid_amount,
    sum(expenditure_amount) as expenditure_amount, sum(standardized_amount) as standardized_amount
  from measures.admission_claim
  group by admission_id
),
performed as (
  select
    stay.admission_id, max(case when code.always_planned then 1 else 0 end) as always_planned,
    max(case when code.potentially_planned then 1 else 0 end) as potentially_planned,
    max(case when code.specialty_cohort is not null then 1 else 0 end) as surgical
  from claims.claim_procedure as done
  join measures.admission_claim as stay
    on stay.source_id = done.source_id and stay.claim_id = done.claim_id
  join measures.readmission_code as code
    on code.code_system = 'procedure' and code.code = done.procedure_code
  group by stay.admission_id
)
select
  merged.admission_id, merged.person_id, merged.stay_kind, merged.admission_date, merged.discharge_date,
  cx_month_of(merged.admission_date) as month, cx_days_between(merged.admission_date, merged.discharge_date) as days,
  merged.claims, first.source_id, first.claim_id, first.diagnosis_code, first.admit_type_code,
  first.admit_source_code, last.diagnosis_code as discharge_diagnosis_code, last.facility_ccn,
  last.discharge_code, last.drg_code, first.facility_ccn as admitting_facility_ccn,
  merged.paid_amount, merged.expenditure_amount, merged.standardized_amount,
  case
    when performed.always_planned = 1 then true
    when begun.always_planned then true
    when performed.potentially_planned = 1 and not coalesce(begun.acute, false) then true
    else false
  end as planned,
  case
    when performed.always_planned = 1 then 'a procedure that is always planned'
    when begun.always_planned then 'a diagnosis that is always planned'
    when performed.potentially_planned = 1 and not coalesce(begun.acute, false)
      then 'a procedure that may be planned, no acute diagnosis'
    when performed.potentially_planned = 1 then 'a procedure that may be planned, but an acute diagnosis'
    else 'nothing planned'
  end as planned_reason,
  -- surgery goes before the diagnosis; what no list names is medicine
  case
    when performed.surgical = 1 then 'Surgery/Gynecology'
    else coalesce(ended.specialty_cohort, 'Medicine')
  end as specialty_cohort,
  ended.exclusion_category
from merged
join measures.admission_claim as first
  on first.admission_id = merged.admission_id and first.claim_place = 1
join measures.admission_claim as last
  on last.admission_id = merged.admission_id and last.claim_place_from_last = 1
left join performed on performed.admission_id = merged.admission_id
left join measures.readmission_code as begun
  on begun.code_system = 'diagnosis' and begun.code = first.diagnosis_code
left join measures.readmission_code as ended
  on ended.code_system = 'diagnosis' and ended.code = last.diagnosis_code
