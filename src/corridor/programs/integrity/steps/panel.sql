-- step:      integrity.panel
-- makes:     one row per level (ACO, practice, clinician) and panel: people enrolled in the measured year and the year
--            before, the categories on their claims in both, what ageing alone would add, and how many were recorded
--            on one day, in assessments only, or by no other practice that saw the person
-- key:       level, entity_id
-- reads:     integrity.person_year, integrity.condition, integrity.source_claim, attribution.person,
--            claims.claim_diagnosis, population.hcc_code, run.setting
-- rules:     integrity.model, claims.cell_size_minimum
-- cites:     docs/risk-integrity.md
-- evidence:  integrity.person_year(person_id)
-- owner:     aco_id, tin, npi
with person as (
  select
    own.person_id, own.year, own.sex, own.age_cell,
    row_number() over (partition by own.person_id, own.year order by own.person_years desc, own.enrollment_type) as place,
    own.hccs, own.once, own.assessed, setting.data_year
  from integrity.person_year as own
  cross join run.setting as setting
),
-- what people of an age and sex carry in the year before: the measure of ageing
usual as (
  select sex, age_cell, cx_divide(sum(hccs), count(*)) as hccs
  from person
  where place = 1 and year = data_year - 1
  group by sex, age_cell
),
pair as (
  select
    now.person_id, now.hccs, now.once, now.assessed, earlier.hccs as hccs_before,
    usual_now.hccs - usual_before.hccs as ageing
  from person as now
  join person as earlier
    on earlier.person_id = now.person_id and earlier.year = now.data_year - 1 and earlier.place = 1
  left join usual as usual_now on usual_now.sex = now.sex and usual_now.age_cell = now.age_cell
  left join usual as usual_before on usual_before.sex = earlier.sex and usual_before.age_cell = earlier.age_cell
  where now.year = now.data_year and now.place = 1
),
seen as (
  select distinct claim.person_id, claim.tin
  from integrity.source_claim as claim
  join run.setting as setting on setting.data_year = claim.year
  where claim.tin is not null
),
recorded as (
  select distinct claim.person_id, claim.tin, code.hcc
  from integrity.source_claim as claim
  join run.setting as setting on setting.data_year = claim.year
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim.source_id and diagnosis.claim_id = claim.claim_id
  join population.hcc_code as code on code.diagnosis_code = diagnosis.diagnosis_code
  join rules.integrity_model as model on model.value = code.model
  where claim.tin is not null
),
others as (
  select
    own.person_id, own.tin, own.hcc,
    count(distinct case when seen.tin <> own.tin then seen.tin end) as others_saw,
    count(distinct case when again.tin <> own.tin then again.tin end) as others_recorded
  from recorded as own
  join seen on seen.person_id = own.person_id
  left join recorded as again
    on again.person_id = own.person_id and again.hcc = own.hcc and again.tin = seen.tin
  group by own.person_id, own.tin, own.hcc
),
alone as (
  select
    others.person_id, others.tin, count(case when others.others_saw > 0 then 1 end) as shared,
    count(case when others.others_saw > 0 and others.others_recorded = 0 then 1 end) as alone
  from others
  join integrity.condition as condition
    on condition.person_id = others.person_id and condition.hcc = others.hcc and condition.stands
  join run.setting as setting on setting.data_year = condition.year
  group by others.person_id, others.tin
),
member as (
  select 'aco' as level, aco_id as entity_id, aco_id, cast(null as varchar) as tin, cast(null as varchar) as npi, person_id, tin as own_tin
  from attribution.person where aco_id is not null
  union all
  select 'tin' as level, tin as entity_id, null as aco_id, tin, null as npi, person_id, tin as own_tin
  from attribution.person where tin is not null
  union all
  select 'npi' as level, npi as entity_id, null as aco_id, null as tin, npi, person_id, tin as own_tin
  from attribution.person where npi is not null
)
select
  member.level, member.entity_id, max(member.aco_id) as aco_id, max(member.tin) as tin, max(member.npi) as npi,
  count(*) as people, cast(sum(pair.hccs) as bigint) as categories, cast(sum(pair.hccs_before) as bigint) as categories_before,
  cx_exact_sum(coalesce(pair.ageing, 0)) as ageing, cast(sum(pair.once) as bigint) as once, cast(sum(pair.assessed) as bigint) as assessed,
  cast(sum(coalesce(alone.shared, 0)) as bigint) as shared, cast(sum(coalesce(alone.alone, 0)) as bigint) as alone,
  (sum(pair.once) > 0 and sum(pair.once) < max(smallest.value))
    or (sum(pair.assessed) > 0 and sum(pair.assessed) < max(smallest.value))
    or (sum(coalesce(alone.alone, 0)) > 0 and sum(coalesce(alone.alone, 0)) < max(smallest.value)) as small_cell
from member
join pair on pair.person_id = member.person_id
left join alone on alone.person_id = member.person_id and alone.tin = member.own_tin
cross join rules.claims_cell_size_minimum as smallest
group by member.level, member.entity_id
