-- step:      measures.virtual_person
-- makes:     one row per person of the measured year: the traits by which virtual and in-person care are compared
-- key:       person_id
-- reads:     population.member_month, claims.person, run.setting
-- rules:     equity.age_band
-- cites:     docs/virtual-care.md
-- evidence:  population.member_month(person_id)
with newest as (
  select
    member.person_id, member.enrollment_type, member.age,
    row_number() over (partition by member.person_id order by member.month desc) as place
  from population.member_month as member
  join run.setting as setting on setting.data_year = member.year
),
spent as (
  select member.person_id, count(*) as member_months, sum(member.expenditure) as expenditure
  from population.member_month as member
  join run.setting as setting on setting.data_year = member.year
  group by member.person_id
)
select
  newest.person_id, newest.enrollment_type, newest.age, band.age_band, person.gender, person.county_code,
  person.zip_code, spent.member_months, spent.expenditure
from newest
join spent on spent.person_id = newest.person_id
left join rules.equity_age_band as band
  on newest.age >= band.at_least and (band.below is null or newest.age < band.below)
left join claims.person as person on person.person_id = newest.person_id
where newest.place = 1
