-- step:      measures.impact_enrollment
-- makes:     one row per program and person: the first enrollment, its month, its end
-- key:       program, person_id
-- reads:     org_raw.program_enrollment, identity.person_alias
-- cites:     docs/program-effect.md
-- evidence:  none
with listed as (
  select
    enrolled.program, coalesce(alias.kept_person_id, enrolled.person_id) as person_id, enrolled.enrolled_on,
    case when enrolled.ended_on >= enrolled.enrolled_on then enrolled.ended_on end as ended_on,
    enrolled.file_date, enrolled.source_id,
    enrolled.delivery_id
  from org_raw.program_enrollment as enrolled
  left join identity.person_alias as alias on alias.person_id = enrolled.person_id
  where enrolled.enrolled_on is not null
),
-- a list sent again says the same of a day once; the newest list says its end
ranked as (
  select
    program, person_id, enrolled_on, ended_on,
    row_number() over (
      partition by program, person_id
      order by enrolled_on, file_date desc nulls last, delivery_id desc, source_id, ended_on desc nulls first
    ) as place
  from listed
),
counted as (
  select program, person_id, count(distinct enrolled_on) as enrollments
  from listed
  group by program, person_id
)
select
  ranked.program, ranked.person_id, ranked.enrolled_on, ranked.ended_on, cx_month_of(ranked.enrolled_on) as index_month,
  make_date(cx_year_of(ranked.enrolled_on), month(ranked.enrolled_on), 1) as index_day, counted.enrollments
from ranked
join counted on counted.program = ranked.program and counted.person_id = ranked.person_id
where ranked.place = 1
