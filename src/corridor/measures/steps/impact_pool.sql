-- step:      measures.impact_pool
-- makes:     one row per program, month of enrollment and person: everyone enrolled in that month, and of the people
--            never enrolled as many of the same cell (sex, age band, enrollment type) as candidates as are asked for
-- key:       program, index_month, person_id
-- reads:     measures.impact_enrollment, population.member_month, claims.person
-- rules:     impact.age_band, impact.candidates_per_treated
-- cites:     docs/program-effect.md
-- evidence:  population.member_month(person_id)
with cohort as (
  select distinct program, index_month, index_day from measures.impact_enrollment
),
-- everyone who was a member in a month somebody enrolled
member as (
  select
    months.month as index_month, months.person_id, months.enrollment_type, months.age,
    coalesce(person.gender, 'unknown') as gender, coalesce(band.band, 'unknown') as age_band
  from population.member_month as months
  left join claims.person as person on person.person_id = months.person_id
  left join rules.impact_age_band as band
    on months.age >= band.at_least and (band.below is null or months.age < band.below)
  where months.month in (select index_month from cohort)
),
treated as (
  select
    enrolled.program, enrolled.index_month, enrolled.index_day, enrolled.person_id, member.age,
    member.gender, member.age_band, coalesce(member.enrollment_type, 'unknown') as enrollment_type,
    member.person_id is not null as is_member
  from measures.impact_enrollment as enrolled
  left join member on member.person_id = enrolled.person_id and member.index_month = enrolled.index_month
),
cell as (
  select program, index_month, index_day, gender, age_band, enrollment_type, count(*) as people
  from treated
  where is_member
  group by program, index_month, index_day, gender, age_band, enrollment_type
),
-- drawn by a hash of who and when: the same people on every run, and no one's choice
drawn as (
  select
    cell.program, cell.index_month, cell.index_day, member.person_id, member.age, member.gender,
    member.age_band, cell.enrollment_type, cell.people,
    row_number() over (
      partition by cell.program, cell.index_month, cell.gender, cell.age_band, cell.enrollment_type
      order by md5(concat_ws('/', cell.program, cast(cell.index_month as varchar), cast(member.person_id as varchar))),
        member.person_id
    ) as place
  from cell
  join member
    on member.index_month = cell.index_month and member.gender = cell.gender and member.age_band = cell.age_band
    and coalesce(member.enrollment_type, 'unknown') = cell.enrollment_type
  left join measures.impact_enrollment as enrolled
    on enrolled.program = cell.program and enrolled.person_id = member.person_id
  where enrolled.person_id is null
)
select program, index_month, index_day, person_id, true as treated, is_member, age, gender, age_band, enrollment_type
from treated
union all
select
  drawn.program, drawn.index_month, drawn.index_day, drawn.person_id, false as treated, true as is_member, drawn.age,
  drawn.gender, drawn.age_band, drawn.enrollment_type
from drawn
cross join rules.impact_candidates_per_treated as most
where drawn.place <= most.value * drawn.people
