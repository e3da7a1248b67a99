-- step:      integrity.demographic
-- makes:     one row per enrolment type, sex and age cell: the mean demographic part of the score of those people in
--            the scored year
-- key:       enrollment_type, sex, age_cell
-- reads:     population.risk_member, population.risk_model, population.risk_person, population.person_annual,
--            run.setting
-- rules:     risk.age_cell, integrity.model
-- cites:     CMS-HCC software (demographic part); docs/risk-integrity.md
-- evidence:  none
select
  annual.enrollment_type, person.sex, cell.cell as age_cell, count(*) as people,
  cx_divide(cx_exact_sum(cast(member.demographic as double)), count(*)) as demographic
from population.risk_member as member
join population.risk_model as scored on scored.model_key = member.model_key
join rules.integrity_model as model on model.value = scored.model
join population.risk_person as person on person.person_id = member.person_id
join rules.risk_age_cell as cell
  on cell.series = 'continuing' and person.age >= cell.at_least and (cell.below is null or person.age < cell.below)
cross join run.setting as setting
join population.person_annual as annual
  on annual.person_id = member.person_id and annual.year = setting.data_year and annual.member_months > 0
group by annual.enrollment_type, person.sex, cell.cell
