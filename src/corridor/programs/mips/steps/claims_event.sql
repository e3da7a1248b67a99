-- step:      mips.claims_event
-- makes:     one row per performance year, Part B claims measure, criterion, clinician, patient and day that belongs to the
--            denominator: an encounter of the list at the right age and sex, with a diagnosis of the list and none that
--            excludes
-- key:       performance_year, measure_id, option_group, tin, npi, person_id, service_date
-- reads:     mips.claims_match, mips.claims_code, claims.claim_diagnosis, claims.person
-- rules:     mips.claims_measure_gate
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  mips.claims_match(performance_year, measure_id, option_group, tin, npi, person_id, service_date)
-- owner:     tin, npi
with encounter as (
  select
    performance_year, measure_id, option_group, choice, tin, npi, person_id, service_date, max(stratum) as stratum,
    max(age_least) as age_least, max(age_most) as age_most, max(sex) as sex
  from mips.claims_match
  where element = 'encounter'
  group by performance_year, measure_id, option_group, choice, tin, npi, person_id, service_date
),
-- the claims of one clinician for one patient and day are one
claim as (
  select distinct tin, npi, person_id, service_date, source_id, claim_id from mips.claims_match
),
asked as (
  select
    performance_year, measure_id, option_group, choice,
    max(case when element = 'diagnosis' then 1 else 0 end) as asks_diagnosis,
    max(case when element = 'additional_diagnosis' then 1 else 0 end) as asks_second,
    max(case when element = 'additional_encounter' then 1 else 0 end) as asks_service
  from mips.claims_code
  where not is_answer
  group by performance_year, measure_id, option_group, choice
),
diagnosed as (
  select
    encounter.performance_year, encounter.measure_id, encounter.option_group, encounter.choice, encounter.tin,
    encounter.npi, encounter.person_id, encounter.service_date,
    max(case when codes.element = 'diagnosis' then 1 else 0 end) as has_diagnosis,
    max(case when codes.element = 'additional_diagnosis' then 1 else 0 end) as has_second,
    max(case when codes.element = 'diagnosis_exclusion' then 1 else 0 end) as has_exclusion
  from encounter
  join claim
    on claim.tin = encounter.tin and claim.npi = encounter.npi and claim.person_id = encounter.person_id
    and claim.service_date = encounter.service_date
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim.source_id and diagnosis.claim_id = claim.claim_id
  join mips.claims_code as codes
    on codes.performance_year = encounter.performance_year and codes.measure_id = encounter.measure_id
    and codes.option_group = encounter.option_group and codes.choice = encounter.choice
    and codes.code = diagnosis.diagnosis_code
    and codes.element in ('diagnosis', 'additional_diagnosis', 'diagnosis_exclusion')
  group by
    encounter.performance_year, encounter.measure_id, encounter.option_group, encounter.choice, encounter.tin,
    encounter.npi, encounter.person_id, encounter.service_date
),
served as (
  select distinct performance_year, measure_id, option_group, choice, tin, npi, person_id, service_date
  from mips.claims_match
  where element = 'additional_encounter'
),
gated as (
  select distinct
    found.performance_year, found.measure_id, found.option_group, found.tin, found.npi, found.person_id,
    found.service_date
  from mips.claims_match as found
  join rules.mips_claims_measure_gate as gate
    on gate.measure_id = found.measure_id and gate.option_group = found.option_group and gate.code = found.code
),
described as (
  select
    encounter.*, cx_age_on(person.birth_date, encounter.service_date) as age, person.gender,
    asked.asks_diagnosis <= coalesce(diagnosed.has_diagnosis, 0)
      and asked.asks_second <= coalesce(diagnosed.has_second, 0)
      and coalesce(diagnosed.has_exclusion, 0) = 0 as has_diagnosis,
    asked.asks_service = 0 or served.measure_id is not null as has_service, gate.code is not null as asks_code,
    gated.measure_id is not null as has_code
  from encounter
  join asked
    on asked.performance_year = encounter.performance_year and asked.measure_id = encounter.measure_id
    and asked.option_group = encounter.option_group and asked.choice = encounter.choice
  left join claims.person as person on person.person_id = encounter.person_id
  left join diagnosed
    on diagnosed.performance_year = encounter.performance_year and diagnosed.measure_id = encounter.measure_id
    and diagnosed.option_group = encounter.option_group and diagnosed.choice = encounter.choice
    and diagnosed.tin = encounter.tin and diagnosed.npi = encounter.npi and diagnosed.person_id = encounter.person_id
    and diagnosed.service_date = encounter.service_date
  left join served
    on served.performance_year = encounter.performance_year and served.measure_id = encounter.measure_id
    and served.option_group = encounter.option_group and served.choice = encounter.choice
    and served.tin = encounter.tin and served.npi = encounter.npi and served.person_id = encounter.person_id
    and served.service_date = encounter.service_date
  left join rules.mips_claims_measure_gate as gate
    on gate.measure_id = encounter.measure_id and gate.option_group = encounter.option_group
  left join gated
    on gated.performance_year = encounter.performance_year and gated.measure_id = encounter.measure_id
    and gated.option_group = encounter.option_group and gated.tin = encounter.tin and gated.npi = encounter.npi
    and gated.person_id = encounter.person_id and gated.service_date = encounter.service_date
)
-- who has no birth date or sex on record is in no denominator that asks for one
select distinct
  performance_year, measure_id, option_group, stratum, tin, npi, person_id, service_date, age
from described
where (coalesce(age_least, 0) = 0 or age >= age_least) and (age_most is null or age <= age_most)
  and (sex is null or (sex = 'F' and gender = 'female') or (sex = 'M' and gender = 'male'))
  and has_diagnosis and has_service and (has_code or not asks_code)
