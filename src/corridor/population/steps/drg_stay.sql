-- step:      population.drg_stay
-- makes:     one row per inpatient claim: its own DRG where it has one, and what the grouper would ask for
-- key:       source_id, claim_id
-- reads:     claims.medical_claim, claims.person
-- rules:     claims.claim_setting, population.drg_hac_hospital
-- cites:     CMS MS-DRG definitions manual (principal diagnosis, age, sex, discharge status); docs/conditions.md
-- evidence:  claims.medical_claim(source_id, claim_id)
-- owner:     facility_ccn
-- partition: service_month
with stay as (
  select
    lines.source_id, lines.claim_id, lines.service_month,
    min(lines.person_id) as person_id,
    -- a DRG of another kind (APR, a payer's own) is not an MS-DRG; a code that is not a number says nothing
    max(case
      when coalesce(lower(lines.drg_code_type), 'ms-drg') = 'ms-drg' and regexp_matches(lines.drg_code, '^[0-9]+$')
        and ltrim(lines.drg_code, '0') <> '' then lines.drg_code
    end) as own_code,
    min(coalesce(lines.admission_date, lines.claim_start_date)) as admission_date,
    max(coalesce(lines.discharge_date, lines.claim_end_date)) as discharge_date,
    max(lines.discharge_disposition_code) as discharge_disposition_code,
    max(lines.facility_ccn) as facility_ccn
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'inpatient'
  group by lines.source_id, lines.claim_id, lines.service_month
)
select
  stay.source_id, stay.claim_id, stay.person_id, right('000' || ltrim(stay.own_code, '0'), length('000')) as own_drg_code,
  stay.admission_date, stay.discharge_date, stay.discharge_disposition_code, stay.facility_ccn, person.gender,
  case when person.birth_date is not null then cx_age_on(person.birth_date, stay.admission_date) end as age,
  exists (
    select 1 from rules.population_drg_hac_hospital as hospital
    where right(stay.facility_ccn, length(hospital.ccn_from)) >= hospital.ccn_from
      and right(stay.facility_ccn, length(hospital.ccn_to)) <= hospital.ccn_to
  ) as hac_hospital,
  stay.service_month
from stay
left join claims.person as person on person.person_id = stay.person_id
