-- step:      mips.readmission_case
-- makes:     one row per index stay of the readmission measure, and clinician it is attributed to: who discharged the
--            person, who led the care in the hospital, and who gave the most primary care before
-- key:       case_id, tin, npi
-- reads:     measures.readmission, mips.stay_service, attribution.primary_care_line, measures.performance_member
-- rules:     mips.attribution_months
-- cites:     MIPS measure 479 (specification not available; attribution from memory); docs/mips-eligibility.md
-- evidence:  mips.stay_service(admission_id)
-- owner:     tin, npi
with stay as (
  select admission_id, person_id, admission_date, discharge_date, specialty_cohort, readmitted
  from measures.readmission
  where index_stay
),
discharged as (
  select admission_id, tin, npi, row_number() over (
    partition by admission_id order by discharge_visits desc, charges desc, tin, npi
  ) as place
  from mips.stay_service
  where discharge_visits > 0
),
led as (
  select admission_id, tin, npi, row_number() over (
    partition by admission_id order by visit_charges desc, charges desc, tin, npi
  ) as place
  from mips.stay_service
  where visits > 0
),
cared as (
  select
    stay.admission_id, care.tin, care.npi, count(*) as services, sum(care.allowed_amount) as allowed_amount
  from stay
  cross join rules.mips_attribution_months as span
  join attribution.primary_care_line as care
    on care.person_id = stay.person_id and care.facility_kind is null and care.in_mssp
    and care.service_date < stay.admission_date
    and cx_months_between(care.service_date, stay.admission_date) < span.value
  where care.tin is not null and care.npi is not null
  group by stay.admission_id, care.tin, care.npi
),
cared_most as (
  select admission_id, tin, npi, row_number() over (
    partition by admission_id order by services desc, allowed_amount desc, tin, npi
  ) as place
  from cared
),
role as (
  select admission_id, tin, npi, 'discharge' as role from discharged where place = 1
  union all
  select admission_id, tin, npi, 'inpatient' as role from led where place = 1
  union all
  select admission_id, tin, npi, 'outpatient' as role from cared_most where place = 1
)
select
  stay.admission_id as case_id, role.tin, role.npi, max(stay.person_id) as person_id,
  max(case when role.role = 'discharge' then 1 else 0 end) = 1 as is_discharge,
  max(case when role.role = 'inpatient' then 1 else 0 end) = 1 as is_inpatient,
  max(case when role.role = 'outpatient' then 1 else 0 end) = 1 as is_outpatient,
  max(case when stay.readmitted then 1 else 0 end) as observed,
  max(stay.specialty_cohort) as cohort, max(member.risk_group) as risk_group
from stay
join role on role.admission_id = stay.admission_id
left join measures.performance_member as member on member.person_id = stay.person_id
group by stay.admission_id, role.tin, role.npi
