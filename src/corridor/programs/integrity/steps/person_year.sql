-- step:      integrity.person_year
-- makes:     one row per person and loaded year: the condition categories that stand, what they add to the score,
--            and the mean demographic part of people of the same age, sex and enrolment
-- key:       person_id, year, enrollment_type
-- reads:     integrity.condition, integrity.demographic, population.hcc_code, population.person_annual,
--            population.risk_person, claims.person, run.setting
-- rules:     risk.age_cell, risk.age_on_month, risk.age_on_day, integrity.model
-- cites:     CMS-HCC software (demographic and disease parts, without interactions); docs/risk-integrity.md
-- evidence:  integrity.condition(person_id, year)
with disease as (
  select
    person_id, year, count(*) as hccs, cx_exact_sum(coefficient) as disease,
    count(case when days = 1 then 1 end) as once, count(case when assessment_only then 1 end) as assessed
  from integrity.condition
  where stands
  group by person_id, year
),
-- without the codes of the model nobody has no category: it is not known
installed as (
  select count(*) as codes
  from population.hcc_code as code
  join rules.integrity_model as model on model.value = code.model
),
-- the scored year knows who is enrolled in it; who left before counted in the years before all the same
person as (
  select person_id, sex, age from population.risk_person
  union all
  select
    people.person_id, case when people.gender = 'female' then 'F' else 'M' end as sex,
    cx_age_on(
      people.birth_date, make_date(cast(setting.data_year + 1 as integer), on_month.value, on_day.value)
    ) as age
  from claims.person as people
  cross join run.setting as setting
  cross join rules.risk_age_on_month as on_month
  cross join rules.risk_age_on_day as on_day
  left join population.risk_person as scored on scored.person_id = people.person_id
  where scored.person_id is null and people.birth_date is not null and people.gender in ('male', 'female')
),
aged as (
  select
    annual.person_id, annual.year, annual.enrollment_type, annual.member_months, annual.person_years, person.sex,
    -- ages are those of the scored year; of a year before it the person was younger
    cell.cell as age_cell
  from population.person_annual as annual
  join person on person.person_id = annual.person_id
  cross join run.setting as setting
  join rules.risk_age_cell as cell
    on cell.series = 'continuing' and person.age - (setting.data_year - annual.year) >= cell.at_least
    and (cell.below is null or person.age - (setting.data_year - annual.year) < cell.below)
  where annual.member_months > 0 and annual.year <= setting.data_year
)
select
  aged.person_id, aged.year, aged.enrollment_type, aged.person_years, aged.sex, aged.age_cell,
  case when installed.codes > 0 then coalesce(disease.hccs, 0) end as hccs, coalesce(disease.once, 0) as once, coalesce(disease.assessed, 0) as assessed,
  coalesce(disease.disease, 0) as disease, demographic.demographic,
  coalesce(disease.disease, 0) + demographic.demographic as score
from aged
cross join installed
left join disease on disease.person_id = aged.person_id and disease.year = aged.year
left join integrity.demographic as demographic
  on demographic.enrollment_type = aged.enrollment_type and demographic.sex = aged.sex
  and demographic.age_cell = aged.age_cell
