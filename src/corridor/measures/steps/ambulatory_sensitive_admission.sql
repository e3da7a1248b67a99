-- step:      measures.ambulatory_sensitive_admission
-- makes:     one row per acute stay and AHRQ prevention quality indicator it counts for
-- key:       admission_id, pqi_number
-- reads:     measures.admission, claims.claim_diagnosis, claims.claim_procedure,
--            claims.person, reference.sensitive_code
-- rules:     performance.sensitive_value_set, performance.sensitive_age, performance.sensitive_excluded_source
-- cites:     AHRQ Prevention Quality Indicators, technical specifications; docs/performance.md
-- evidence:  measures.admission(admission_id)
with listed as (
  select distinct asked.pqi_number, asked.role, code.code
  from rules.performance_sensitive_value_set as asked
  join reference.sensitive_code as code
    on code.value_set_name = asked.value_set_name
    and (code.pqi_number = asked.pqi_number or starts_with(code.pqi_number, 'appendix'))
  where code.vintage is not distinct from (select max(vintage) from reference.sensitive_code)
),
stay as (
  select admission.admission_id, admission.source_id, admission.claim_id, admission.diagnosis_code, admission.person_id,
    cx_age_on(person.birth_date, admission.admission_date) as age
  from measures.admission as admission
  join claims.person as person on person.person_id = admission.person_id
  left join rules.performance_sensitive_excluded_source as moved
    on moved.admit_source_code = admission.admit_source_code
  where admission.stay_kind = 'acute' and moved.admit_source_code is null
),
-- every diagnosis and procedure of the stay's first claim, which is the admission the indicators look at
diagnosis as (
  select distinct stay.admission_id, found.diagnosis_code as code
  from claims.claim_diagnosis as found
  join stay on stay.source_id = found.source_id and stay.claim_id = found.claim_id
),
procedure as (
  select distinct stay.admission_id, done.procedure_code as code
  from claims.claim_procedure as done
  join stay on stay.source_id = done.source_id and stay.claim_id = done.claim_id
),
named as (
  select stay.admission_id, listed.pqi_number
  from stay
  join listed on listed.role = 'principal' and listed.code = stay.diagnosis_code
  union
  select procedure.admission_id, listed.pqi_number
  from procedure
  join listed on listed.role = 'principal_procedure' and listed.code = procedure.code
),
sign as (
  select diagnosis.admission_id, listed.pqi_number, listed.role
  from diagnosis
  join listed
    on listed.code = diagnosis.code
    and listed.role in ('excludes_diagnosis', 'excludes_with_procedure', 'needs_diagnosis')
  union
  select procedure.admission_id, listed.pqi_number, listed.role
  from procedure
  join listed
    on listed.code = procedure.code and listed.role in ('excludes_procedure', 'excludes_with_diagnosis')
  union
  select stay.admission_id, listed.pqi_number, listed.role
  from stay
  join listed on listed.code = stay.diagnosis_code and listed.role = 'excludes_principal'
),
signs as (
  select
    admission_id, pqi_number,
    max(case when role in ('excludes_diagnosis', 'excludes_procedure', 'excludes_principal') then 1 else 0 end)
      as excluded,
    max(case when role = 'excludes_with_procedure' then 1 else 0 end)
      * max(case when role = 'excludes_with_diagnosis' then 1 else 0 end) as excluded_together,
    max(case when role = 'needs_diagnosis' then 1 else 0 end) as has_needed
  from sign
  group by admission_id, pqi_number
),
needing as (
  select distinct pqi_number from rules.performance_sensitive_value_set where role = 'needs_diagnosis'
)
select named.admission_id, named.pqi_number, stay.person_id, limits.composite
from named
join stay on stay.admission_id = named.admission_id
join rules.performance_sensitive_age as limits
  on limits.pqi_number = named.pqi_number and stay.age >= limits.age_from
  and (limits.age_below is null or stay.age < limits.age_below)
left join signs on signs.admission_id = named.admission_id and signs.pqi_number = named.pqi_number
left join needing on needing.pqi_number = named.pqi_number
where coalesce(signs.excluded, 0) = 0 and coalesce(signs.excluded_together, 0) = 0
  and (needing.pqi_number is null or coalesce(signs.has_needed, 0) = 1)
