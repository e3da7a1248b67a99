-- step:      measures.virtual_adoption
-- makes:     one row per view of the measured year: visits, how many of them were virtual and how, and people
-- key:       level, entity_id, service_line
-- reads:     measures.virtual_visit, measures.virtual_person, run.setting
-- cites:     docs/virtual-care.md
-- evidence:  measures.virtual_visit(npi, tin, service_line)
with visit as (
  select
    visits.npi, visits.tin, visits.service_line, visits.person_id, visits.mode, visits.is_virtual,
    visits.allowed_amount, person.enrollment_type, person.age_band, person.gender
  from measures.virtual_visit as visits
  join run.setting as setting on setting.data_year = cx_year_of(visits.service_date)
  left join measures.virtual_person as person on person.person_id = visits.person_id
),
viewed as (
  select 'clinician' as level, npi as entity_id, service_line, person_id, mode, is_virtual, allowed_amount
  from visit where npi is not null
  union all
  select 'practice', tin, service_line, person_id, mode, is_virtual, allowed_amount
  from visit where tin is not null
  union all
  select 'all', 'all', service_line, person_id, mode, is_virtual, allowed_amount from visit
  union all
  select 'enrollment_type', enrollment_type, service_line, person_id, mode, is_virtual, allowed_amount
  from visit where enrollment_type is not null
  union all
  select 'age_band', age_band, service_line, person_id, mode, is_virtual, allowed_amount
  from visit where age_band is not null
  union all
  select 'sex', gender, service_line, person_id, mode, is_virtual, allowed_amount
  from visit where gender is not null
)
select
  level, entity_id, service_line,
  count(*) as visits,
  sum(case when is_virtual then 1 else 0 end) as virtual_visits,
  cx_divide(sum(case when is_virtual then 1 else 0 end), count(*)) as virtual_share,
  sum(case when mode = 'home' then 1 else 0 end) as at_home,
  sum(case when mode = 'facility' then 1 else 0 end) as at_facility,
  sum(case when mode = 'audio_only' then 1 else 0 end) as audio_only,
  count(distinct person_id) as people,
  count(distinct case when is_virtual then person_id end) as virtual_people,
  cast(sum(case when is_virtual then allowed_amount else 0 end) as decimal(18, 2)) as virtual_allowed
from viewed
group by level, entity_id, service_line
