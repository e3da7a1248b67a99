-- step:      population.hcc_assigned
-- makes:     one row per person and HCC the diagnoses count for, after the age and sex edits, before hierarchies
-- key:       person_id, hcc_key
-- reads:     population.risk_diagnosis, population.risk_person, population.hcc_code
-- cites:     CMS-HCC software V24I0ED1, V28I0ED1; CMS ICD-10 mappings; docs/risk.md
-- evidence:  population.risk_diagnosis(person_id, diagnosis_code)
with coded as (
  select
    diagnosis.person_id, code.hcc_key, code.model_key, code.parent_bit, code.edited, code.when_fired,
    code.edit_sex, code.age_from, code.age_to
  from population.risk_diagnosis as diagnosis
  join population.hcc_code as code on code.diagnosis_code = diagnosis.diagnosis_code
)
select distinct person_id, hcc_key, model_key, parent_bit
from (
  select person_id, hcc_key, model_key, parent_bit
  from coded
  where not edited
  union all
  select coded.person_id, coded.hcc_key, coded.model_key, coded.parent_bit
  from coded
  join population.risk_person as person on person.person_id = coded.person_id
  where coded.edited
    and coded.when_fired = coalesce(
      person.sex = coded.edit_sex or person.age <= coded.age_to or person.age >= coded.age_from, false
    )
) as assigned
