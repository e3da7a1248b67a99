-- step:      integrity.condition
-- makes:     one row per person, year and condition category on claims of the year, after hierarchies marked: on how
--            many claims, days and by how many clinicians, whether only assessed, and the last claim that carries it
-- key:       person_id, year, hcc
-- reads:     integrity.source_claim, claims.claim_diagnosis, population.hcc_code, population.hcc_item,
--            population.hcc_weight, population.risk_member, population.person_annual, run.setting
-- rules:     integrity.model
-- cites:     CMS-HCC software V28115H1 (hierarchies); docs/risk-integrity.md
-- evidence:  claims.claim_diagnosis(source_id, claim_id, diagnosis_code)
-- owner:     claim_tin, claim_npi
with code as (
  select distinct code.diagnosis_code, code.hcc, item.hcc_key, item.model_key, item.parent_bit, item.dropped_by,
    item.needs_bits
  from population.hcc_code as code
  join population.hcc_item as item on item.model = code.model and item.hcc = code.hcc
  join rules.integrity_model as model on model.value = code.model
),
had as (
  select distinct
    claim.person_id, claim.year, code.hcc, code.hcc_key, code.model_key, code.parent_bit, code.dropped_by,
    code.needs_bits, claim.source_id, claim.claim_id, claim.claim_date, claim.tin, claim.npi, claim.assessment_only,
    diagnosis.diagnosis_code
  from integrity.source_claim as claim
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim.source_id and diagnosis.claim_id = claim.claim_id
  join code on code.diagnosis_code = diagnosis.diagnosis_code
),
parents as (
  select person_id, year, bit_or(parent_bit) as parent_bits from had group by person_id, year
),
-- who left before the measured year has no segment of their own: the most usual one of their enrolment type stands in
held as (
  select
    person_id, year, enrollment_type,
    row_number() over (partition by person_id, year order by member_months desc, enrollment_type) as place
  from population.person_annual
  where member_months > 0
),
segment as (
  select held.enrollment_type, member.model_key, member.segment_key, count(*) as people
  from population.risk_member as member
  cross join run.setting as setting
  join held on held.person_id = member.person_id and held.year = setting.data_year and held.place = 1
  group by held.enrollment_type, member.model_key, member.segment_key
),
typical as (
  select
    enrollment_type, model_key, segment_key,
    row_number() over (partition by enrollment_type, model_key order by people desc, segment_key) as place
  from segment
),
placed as (
  select
    had.*,
    row_number() over (
      partition by person_id, year, hcc order by claim_date desc, assessment_only, source_id, claim_id, diagnosis_code
    ) as place
  from had
),
counted as (
  select
    person_id, year, hcc, count(distinct source_id || ' ' || claim_id) as claims, count(distinct claim_date) as days,
    count(distinct npi) as clinicians, min(claim_date) as first_date,
    min(case when assessment_only then 1 else 0 end) = 1 as assessment_only
  from had
  group by person_id, year, hcc
)
select
  last.person_id, last.year, last.hcc, counted.claims, counted.days, counted.clinicians, counted.first_date,
  last.claim_date as last_date, counted.assessment_only,
  (parents.parent_bits & last.dropped_by) = 0
    and (last.needs_bits = 0 or (parents.parent_bits & last.needs_bits) <> 0) as stands, last.parent_bit, last.dropped_by,
  cast(weight.coefficient as double) as coefficient, last.source_id, last.claim_id, last.diagnosis_code,
  last.tin as claim_tin, last.npi as claim_npi
from placed as last
join counted
  on counted.person_id = last.person_id and counted.year = last.year and counted.hcc = last.hcc
join parents on parents.person_id = last.person_id and parents.year = last.year
left join population.risk_member as member
  on member.person_id = last.person_id and member.model_key = last.model_key
left join held on held.person_id = last.person_id and held.year = last.year and held.place = 1
left join typical
  on typical.enrollment_type = held.enrollment_type and typical.model_key = last.model_key and typical.place = 1
left join population.hcc_weight as weight
  on weight.segment_key = coalesce(member.segment_key, typical.segment_key) and weight.hcc_key = last.hcc_key
where last.place = 1
