-- step:      mips.chronic_admission_case
-- makes:     one row per person of the measured year with several groups of chronic conditions, the clinician with
--            most of the person's visits, months at risk, and unplanned admissions
-- key:       case_id, tin, npi
-- reads:     population.condition, population.enrollment_month, claims.person, qp.service, claims.clinician_specialty,
--            measures.admission, measures.performance_member, run.setting
-- rules:     mips.chronic_condition_group, mips.chronic_minimum_groups, mips.chronic_minimum_age, mips.chronic_gap_days,
--            mips.chronic_specialty
-- cites:     MIPS measure 484 (specification not available; its shape from memory); docs/mips-eligibility.md
-- evidence:  qp.service(person_id)
-- owner:     tin, npi
with grouped as (
  select met.person_id, count(distinct listed.condition_group) as condition_groups
  from population.condition as met
  join rules.mips_chronic_condition_group as listed on listed.condition = met.condition
  group by met.person_id
),
at_risk as (
  select month.person_id, count(*) as months
  from population.enrollment_month as month
  join run.setting as setting on setting.data_year = month.year
  where month.fee_for_service
  group by month.person_id
),
patient as (
  select grouped.person_id, grouped.condition_groups, at_risk.months
  from grouped
  join at_risk on at_risk.person_id = grouped.person_id
  join claims.person as person on person.person_id = grouped.person_id
  cross join run.setting as setting
  cross join rules.mips_chronic_minimum_groups as fewest
  cross join rules.mips_chronic_minimum_age as youngest
  where grouped.condition_groups >= fewest.value
    and cx_age_on(person.birth_date, make_date(setting.data_year, 1, 1)) >= youngest.value
),
visited as (
  select
    service.person_id, service.tin, service.npi, sum(service.visits) as visits,
    sum(service.allowed_amount) as allowed_amount
  from qp.service as service
  join run.setting as setting on setting.data_year = service.year
  join claims.clinician_specialty as known
    on known.npi = service.npi and known.service_year = service.year
  join rules.mips_chronic_specialty as listed on listed.specialty_code = known.specialty_code
  where service.visits > 0
  group by service.person_id, service.tin, service.npi
),
most as (
  select person_id, tin, npi, row_number() over (
    partition by person_id order by visits desc, allowed_amount desc, tin, npi
  ) as place
  from visited
),
stay as (
  select
    person_id, admission_id, admission_date, planned,
    lag(discharge_date) over (partition by person_id order by admission_date, discharge_date, admission_id)
      as last_discharge
  from measures.admission
  where stay_kind = 'acute'
),
admitted as (
  select stay.person_id, count(*) as admissions
  from stay
  join run.setting as setting on cx_year_of(stay.admission_date) = setting.data_year
  cross join rules.mips_chronic_gap_days as gap
  where not stay.planned
    and (stay.last_discharge is null or cx_days_between(stay.last_discharge, stay.admission_date) > gap.value)
  group by stay.person_id
)
select
  cast(patient.person_id as varchar) as case_id, most.tin, most.npi, patient.person_id, patient.condition_groups,
  patient.months, coalesce(admitted.admissions, 0) as observed, member.risk_group
from patient
join most on most.person_id = patient.person_id and most.place = 1
left join admitted on admitted.person_id = patient.person_id
left join measures.performance_member as member on member.person_id = patient.person_id
