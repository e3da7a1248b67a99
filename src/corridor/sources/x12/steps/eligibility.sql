-- step:      x12.eligibility
-- makes:     one row per person of claims and remittances: from the month of the first service to that of the last.
--            Claims do not say who is enrolled: Parts A, B and D are unknown
-- key:       source_id, person_id, enrollment_start_date
-- reads:     x12_raw.person, identity.person_alias
-- cites:     X12 005010X222: subscriber and patient demographics (DMG); Corridor
-- evidence:  none
with named as (
  select
    said.source_id, said.delivery_id, coalesce(alias.kept_person_id, said.person_id) as person_id, said.birth_date,
    said.death_date, said.gender, said.state_code, said.zip_code, said.medicare_advantage, said.service_from,
    said.service_to, said.load_sequence, said.file_number, said.position
  from x12_raw.person as said
  left join identity.person_alias as alias on alias.person_id = said.person_id
),
newest as (
  select
    named.*,
    row_number() over (
      partition by source_id, person_id
      order by case when birth_date is null then 1 else 0 end, load_sequence desc, file_number desc, position desc
    ) as place
  from named
),
ends as (
  select
    source_id, person_id, min(service_from) as first_date, max(service_to) as last_date,
    max(death_date) as death_date
  from named
  where service_from is not null
  group by source_id, person_id
)
select
  newest.source_id, newest.delivery_id, newest.person_id, newest.birth_date, newest.gender,
  cast(null as varchar) as race_code, newest.state_code, cast(null as varchar) as county_code, newest.zip_code,
  ends.death_date, make_date(year(ends.first_date), month(ends.first_date), 1) as enrollment_start_date,
  last_day(ends.last_date) as enrollment_end_date, cast(null as varchar) as original_reason_entitlement_code,
  cast(null as varchar) as medicare_status_code, cast(null as varchar) as dual_status_code,
  cast(null as boolean) as part_a, cast(null as boolean) as part_b, newest.medicare_advantage,
  cast(null as boolean) as part_d, 'span' as enrollment_basis
from newest
join ends on ends.source_id = newest.source_id and ends.person_id = newest.person_id
where newest.place = 1
