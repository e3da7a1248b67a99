-- step:      measures.utilization_event
-- makes:     one row per event that a measure counts: a stay, a visit, a claim of post-acute care, a service
-- key:       measure, event_id
-- reads:     measures.admission, measures.readmission, measures.ambulatory_sensitive_admission,
--            measures.emergency_visit, measures.utilization_post_acute, measures.imaging_service,
--            measures.low_value_service
-- cites:     docs/performance.md
-- evidence:  population.claim_line(person_id, month)
with sensitive as (
  select admission_id, min(pqi_number) as pqi_number
  from measures.ambulatory_sensitive_admission
  group by admission_id
),
event as (
  select
    'acute_admission' as measure, admission_id as event_id, person_id, admission_date as event_date,
    cast(1 as bigint) as events, expenditure_amount as dollars, drg_code as detail
  from measures.admission
  where stay_kind = 'acute'
  union all
  select
    'ambulatory_sensitive_admission', stay.admission_id, stay.person_id, stay.admission_date, 1,
    stay.expenditure_amount, sensitive.pqi_number
  from sensitive
  join measures.admission as stay on stay.admission_id = sensitive.admission_id
  union all
  select
    'readmission', index_stay.admission_id, index_stay.person_id, index_stay.discharge_date,
    case when index_stay.readmitted then 1 else 0 end,
    case when index_stay.readmitted then next.expenditure_amount else 0 end, index_stay.specialty_cohort
  from measures.readmission as index_stay
  left join measures.admission as next on next.admission_id = index_stay.next_admission_id
  where index_stay.index_stay
  union all
  select
    'emergency_visit', concat(cast(person_id as varchar), '/', cast(visit_date as varchar)), person_id, visit_date, 1,
    expenditure_amount, diagnosis_code
  from measures.emergency_visit
  where not admitted
  union all
  select
    'avoidable_emergency_visit', concat(cast(person_id as varchar), '/', cast(visit_date as varchar)), person_id,
    visit_date, 1, expenditure_amount, diagnosis_code
  from measures.emergency_visit
  where avoidable
  union all
  select
    case
      when service_category = 'home_health' then 'home_health_days'
      when service_category = 'skilled_nursing' then 'skilled_nursing_days'
      else 'inpatient_rehabilitation_days'
    end, concat(source_id, '/', claim_id), person_id, end_date, days, expenditure_amount, facility_ccn
  from measures.utilization_post_acute
  where service_category in ('home_health', 'skilled_nursing', 'inpatient_rehabilitation')
  union all
  select
    'advanced_imaging', concat(cast(person_id as varchar), '/', cast(service_date as varchar), '/', hcpcs_code),
    person_id, service_date, 1, expenditure_amount, modality
  from measures.imaging_service
  union all
  select
    'low_value_care', concat(cast(person_id as varchar), '/', cast(service_date as varchar), '/', flag), person_id,
    service_date, 1, expenditure_amount, flag
  from measures.low_value_service
)
select
  measure, event_id, person_id, event_date, cx_month_of(event_date) as month, cx_year_of(event_date) as year,
  cast(events as bigint) as events, cast(dollars as decimal(18, 2)) as dollars, detail
from event
where event_date is not null
