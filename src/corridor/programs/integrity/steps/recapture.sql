-- step:      integrity.recapture
-- makes:     one row per living, enrolled person and condition category that claims of the years before carry and no
--            claim of the measured year does (nor a category above or below it), with the last claim that carries it
-- key:       person_id, hcc
-- reads:     integrity.condition, population.person_annual, claims.person, claims.medical_claim,
--            reference.hcc_label, reference.hcc_chronic, attribution.person, run.setting
-- rules:     integrity.lookback_years, integrity.model
-- cites:     docs/risk-integrity.md
-- evidence:  claims.claim_diagnosis(source_id, claim_id, diagnosis_code)
-- owner:     aco_id, tin, npi
with living as (
  select distinct annual.person_id, setting.data_year
  from population.person_annual as annual
  join run.setting as setting on setting.data_year = annual.year
  join claims.person as person on person.person_id = annual.person_id
  where annual.member_months > 0
    and (person.death_date is null or cx_year_of(person.death_date) > setting.data_year)
),
before as (
  select
    condition.person_id, condition.hcc, condition.year, condition.days, condition.assessment_only,
    condition.parent_bit, condition.dropped_by, condition.coefficient, condition.source_id, condition.claim_id,
    condition.diagnosis_code, condition.last_date, condition.claim_tin, condition.claim_npi,
    row_number() over (partition by condition.person_id, condition.hcc order by condition.year desc) as place,
    count(*) over (partition by condition.person_id, condition.hcc) as years_recorded,
    sum(condition.days) over (partition by condition.person_id, condition.hcc) as days_recorded,
    min(case when condition.assessment_only then 1 else 0 end) over (
      partition by condition.person_id, condition.hcc
    ) = 1 as only_assessed
  from integrity.condition as condition
  join living on living.person_id = condition.person_id
  cross join rules.integrity_lookback_years as back
  where condition.year < living.data_year and condition.year >= living.data_year - back.value and condition.stands
),
now as (
  select condition.person_id, bit_or(condition.parent_bit) as parents, bit_or(condition.dropped_by) as droppers
  from integrity.condition as condition
  join run.setting as setting on setting.data_year = condition.year
  group by condition.person_id
),
again as (
  select distinct condition.person_id, condition.hcc
  from integrity.condition as condition
  join run.setting as setting on setting.data_year = condition.year
),
-- the line that carries the code, where lines carry diagnoses
line as (
  select before.source_id, before.claim_id, before.diagnosis_code, min(lines.claim_line_number) as claim_line_number
  from before
  join claims.medical_claim as lines
    on lines.source_id = before.source_id and lines.claim_id = before.claim_id
    and lines.line_diagnosis_code = before.diagnosis_code
  where before.place = 1
  group by before.source_id, before.claim_id, before.diagnosis_code
),
label as (
  select label.hcc, label.label, row_number() over (partition by label.hcc order by label.vintage desc, label.label) as place
  from reference.hcc_label as label
  join rules.integrity_model as model on model.value = label.model
),
chronic as (
  select listed.hcc, max(case when listed.chronic then 1 else 0 end) = 1 as chronic
  from reference.hcc_chronic as listed
  join rules.integrity_model as model on model.value = listed.model
  group by listed.hcc
)
select
  before.person_id, before.hcc, label.label, coalesce(chronic.chronic, false) as chronic, before.year as last_year,
  before.last_date, cast(before.years_recorded as bigint) as years_recorded,
  cast(before.days_recorded as bigint) as days_recorded, before.only_assessed,
  before.source_id, before.claim_id, line.claim_line_number, before.diagnosis_code, before.claim_tin, before.claim_npi,
  before.coefficient, person.aco_id, person.tin, person.npi,
  case
    when before.only_assessed then 'recorded in assessments only: confirm it in the record before anything else'
    when before.days_recorded = 1 then 'recorded on one day only: confirm it in the record before anything else'
    else 'on claims of several days, not of this year: assess whether it still is present'
  end as review
from before
left join again on again.person_id = before.person_id and again.hcc = before.hcc
left join now on now.person_id = before.person_id
left join line
  on line.source_id = before.source_id and line.claim_id = before.claim_id
  and line.diagnosis_code = before.diagnosis_code
left join label on label.hcc = before.hcc and label.place = 1
left join chronic on chronic.hcc = before.hcc
left join attribution.person as person on person.person_id = before.person_id
where before.place = 1 and again.hcc is null
  and not coalesce((now.parents & before.dropped_by) <> 0 or (before.parent_bit & now.droppers) <> 0, false)
