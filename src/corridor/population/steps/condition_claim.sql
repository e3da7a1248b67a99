-- step:      population.condition_claim
-- makes:     one row per claim, chronic condition and code system: a claim that carries codes of the condition and none that
--            excludes it, with its day and setting
-- key:       source_id, claim_id, condition, code_system
-- reads:     claims.claim_diagnosis, claims.claim_procedure, claims.medical_claim, claims.pharmacy_claim,
--            population.condition_code
-- rules:     claims.claim_setting, population.condition_emergency_code
-- cites:     CMS Chronic Conditions Warehouse; docs/conditions.md
-- evidence:  claims.claim_diagnosis(source_id, claim_id)
-- partition: service_month
with diagnosis_code as (
  select condition, code, excludes, confirms from population.condition_code where code_system = 'icd-10-cm'
),
-- the few codes of a condition first: what is kept of sixty million diagnoses is grouped once, by claim
diagnosed as (
  select
    diagnosis.source_id, diagnosis.claim_id, listed.condition, 'icd-10-cm' as code_system,
    max(listed.excludes) as excludes, max(listed.confirms) as confirms, 0 as conditional
  from (
    select source_id, claim_id, diagnosis_code as code from claims.claim_diagnosis
    union all
    select source_id, claim_id, line_diagnosis_code as code from claims.medical_claim
    where line_diagnosis_code is not null
  ) as diagnosis
  join diagnosis_code as listed on listed.code = diagnosis.code
  group by diagnosis.source_id, diagnosis.claim_id, listed.condition
),
served as (
  select
    lines.source_id, lines.claim_id, listed.condition, listed.code_system, max(listed.excludes) as excludes,
    max(listed.confirms) as confirms, 0 as conditional
  from claims.medical_claim as lines
  join population.condition_code as listed on listed.code_system = 'hcpcs' and listed.code = lines.hcpcs_code
  group by lines.source_id, lines.claim_id, listed.condition, listed.code_system
  union all
  select
    lines.source_id, lines.claim_id, listed.condition, listed.code_system, max(listed.excludes) as excludes,
    max(listed.confirms) as confirms, 0 as conditional
  from claims.medical_claim as lines
  join population.condition_code as listed on listed.code_system = 'ms-drg' and listed.code = lines.drg_code
  group by lines.source_id, lines.claim_id, listed.condition, listed.code_system
  union all
  select
    operation.source_id, operation.claim_id, listed.condition, listed.code_system, max(listed.excludes) as excludes,
    max(listed.confirms) as confirms, 0 as conditional
  from claims.claim_procedure as operation
  join population.condition_code as listed
    on listed.code_system = 'icd-10-pcs' and listed.code = operation.procedure_code
  group by operation.source_id, operation.claim_id, listed.condition, listed.code_system
),
coded as (
  select source_id, claim_id, condition, code_system, excludes, confirms, conditional from diagnosed
  union all
  select source_id, claim_id, condition, code_system, excludes, confirms, conditional from served
),
-- ranges are compared with the few codes there are, not with every line
emergency_code as (
  select distinct loaded.code
  from (select distinct revenue_center_code as code from claims.medical_claim) as loaded
  join rules.population_condition_emergency_code as listed
    on loaded.code >= listed.code_from and loaded.code <= listed.code_to
),
claim as (
  select
    lines.source_id, lines.claim_id, lines.service_month, min(lines.person_id) as person_id,
    max(coalesce(lines.claim_end_date, lines.claim_start_date)) as claim_date,
    min(coalesce(setting.setting, 'other')) as setting, max(case when er.code is null then 0 else 1 end) as er
  from claims.medical_claim as lines
  left join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  left join emergency_code as er on er.code = lines.revenue_center_code
  where lines.person_id is not null
  group by lines.source_id, lines.claim_id, lines.service_month
),
-- one excluding diagnosis keeps the whole claim out of its condition
excluded as (
  select distinct source_id, claim_id, condition from diagnosed where excludes = 1
)
select
  coded.source_id, coded.claim_id, coded.condition, coded.code_system, claim.person_id, claim.claim_date,
  claim.setting, claim.er = 1 as emergency, coded.confirms = 1 as confirms, false as conditional,
  claim.service_month
from coded
join claim on claim.source_id = coded.source_id and claim.claim_id = coded.claim_id
left join excluded
  on excluded.source_id = coded.source_id and excluded.claim_id = coded.claim_id
  and excluded.condition = coded.condition
where excluded.claim_id is null and claim.claim_date is not null
union all
select
  drug.source_id, drug.claim_id, listed.condition, listed.code_system, min(drug.person_id) as person_id,
  max(drug.dispensing_date) as claim_date, 'part_d' as setting, false as emergency, true as confirms,
  min(listed.conditional) = 1 as conditional, drug.service_month
from claims.pharmacy_claim as drug
join population.condition_code as listed on listed.code_system = 'ndc' and listed.code = drug.ndc_code
where drug.person_id is not null and drug.dispensing_date is not null and listed.excludes = 0
group by drug.source_id, drug.claim_id, listed.condition, listed.code_system, drug.service_month
