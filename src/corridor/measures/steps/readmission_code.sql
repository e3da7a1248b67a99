-- step:      measures.readmission_code
-- makes:     one row per diagnosis and procedure code of the loaded inpatient claims: what it is to the
--            hospital-wide readmission measure
-- key:       code_system, code
-- reads:     measures.admission_claim, claims.claim_procedure, reference.ccs_diagnosis, reference.ccs_procedure,
--            reference.readmission_acute_diagnosis, reference.readmission_planned_procedure,
--            reference.readmission_surgery_procedure, reference.readmission_cohort, reference.readmission_exclusion
-- rules:     performance.diagnosis_category, performance.procedure_category,
--            performance.readmission_planned_category
-- cites:     CMS hospital-wide readmission measure, planned readmission algorithm 4.0
-- evidence:  none
with seen as (
  select distinct 'diagnosis' as code_system, diagnosis_code as code
  from measures.admission_claim
  where diagnosis_code is not null
  union all
  select distinct 'procedure' as code_system, performed.procedure_code as code
  from claims.claim_procedure as performed
  join measures.admission_claim as stay
    on stay.source_id = performed.source_id and stay.claim_id = performed.claim_id
  where performed.procedure_code is not null
),
begins as (
  select 'diagnosis' as code_system, prefix, ccs_category from rules.performance_diagnosis_category
  union all
  select 'procedure' as code_system, prefix, ccs_category from rules.performance_procedure_category
),
fallback as (
  select
    seen.code_system, seen.code, begins.ccs_category,
    row_number() over (
      partition by seen.code_system, seen.code order by length(begins.prefix) desc, begins.prefix
    ) as place
  from seen
  join begins on begins.code_system = seen.code_system and starts_with(seen.code, begins.prefix)
),
installed as (
  select 'diagnosis' as code_system, diagnosis_code as code, max(ccs_category) as ccs_category
  from reference.ccs_diagnosis
  where vintage is not distinct from (select max(vintage) from reference.ccs_diagnosis)
  group by diagnosis_code
  union all
  select 'procedure' as code_system, procedure_code as code, max(ccs_category) as ccs_category
  from reference.ccs_procedure
  where vintage is not distinct from (select max(vintage) from reference.ccs_procedure)
  group by procedure_code
),
whole as (
  select code_system, count(*) as codes from installed group by code_system
),
grouped as (
  select
    seen.code_system, seen.code,
    case when whole.codes is null then fallback.ccs_category else installed.ccs_category end as ccs_category,
    case when whole.codes is null then 'beginning_of_code' else 'installed' end as ccs_source
  from seen
  left join whole on whole.code_system = seen.code_system
  left join installed on installed.code_system = seen.code_system and installed.code = seen.code
  left join fallback on fallback.code_system = seen.code_system and fallback.code = seen.code and fallback.place = 1
),
listed as (
  select distinct 'diagnosis' as code_system, diagnosis_code as code, 'acute' as role
  from reference.readmission_acute_diagnosis
  where vintage is not distinct from (select max(vintage) from reference.readmission_acute_diagnosis)
  union all
  select distinct 'procedure' as code_system, procedure_code as code, 'potentially_planned' as role
  from reference.readmission_planned_procedure
  where vintage is not distinct from (select max(vintage) from reference.readmission_planned_procedure)
),
role as (
  select grouped.code_system, grouped.code, planned.role
  from grouped
  join rules.performance_readmission_planned_category as planned
    on planned.kind = grouped.code_system and planned.ccs_category = grouped.ccs_category
  union all
  select code_system, code, role from listed
),
roles as (
  select
    code_system, code, max(case when role = 'always_planned' then 1 else 0 end) as always_planned,
    max(case when role = 'potentially_planned' then 1 else 0 end) as potentially_planned,
    max(case when role = 'acute' then 1 else 0 end) as acute
  from role
  group by code_system, code
),
cohort as (
  select kind, ccs_category, max(specialty_cohort) as specialty_cohort
  from reference.readmission_cohort
  where vintage is not distinct from (select max(vintage) from reference.readmission_cohort)
  group by kind, ccs_category
),
surgery as (
  select procedure_code, max(specialty_cohort) as specialty_cohort
  from reference.readmission_surgery_procedure
  where vintage is not distinct from (select max(vintage) from reference.readmission_surgery_procedure)
  group by procedure_code
),
excluded as (
  select ccs_category, max(exclusion_category) as exclusion_category
  from reference.readmission_exclusion
  where vintage is not distinct from (select max(vintage) from reference.readmission_exclusion)
  group by ccs_category
)
select
  grouped.code_system, grouped.code, grouped.ccs_category, grouped.ccs_source,
  coalesce(roles.always_planned, 0) = 1 as always_planned,
  coalesce(roles.potentially_planned, 0) = 1 as potentially_planned, coalesce(roles.acute, 0) = 1 as acute,
  coalesce(surgery.specialty_cohort, cohort.specialty_cohort) as specialty_cohort, excluded.exclusion_category
from grouped
left join roles on roles.code_system = grouped.code_system and roles.code = grouped.code
left join cohort on cohort.kind = grouped.code_system and cohort.ccs_category = grouped.ccs_category
left join surgery on grouped.code_system = 'procedure' and surgery.procedure_code = grouped.code
left join excluded on grouped.code_system = 'diagnosis' and excluded.ccs_category = grouped.ccs_category
