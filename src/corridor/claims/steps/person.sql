-- step:      claims.person
-- makes:     one row per person: what the newest enrolment record says, and the last death date reported
-- key:       person_id
-- reads:     claims.eligibility, claims.opt_out
-- cites:     Corridor
-- evidence:  claims.eligibility(source_id, person_id)
with newest_first as (
  select
    source_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
    original_reason_entitlement_code, medicare_status_code, dual_status_code,
    row_number() over (
      partition by person_id order by enrollment_start_date desc, delivery_id desc, source_id
    ) as place
  from claims.eligibility
),
over_all as (
  select
    person_id, max(death_date) as death_date, min(enrollment_start_date) as first_enrollment_date,
    max(birth_date) as any_birth_date
  from claims.eligibility
  group by person_id
)
select
  newest_first.person_id, newest_first.source_id,
  coalesce(newest_first.birth_date, over_all.any_birth_date) as birth_date,
  over_all.death_date, newest_first.gender, newest_first.race_code, newest_first.state_code,
  newest_first.county_code, newest_first.zip_code, newest_first.original_reason_entitlement_code,
  newest_first.medicare_status_code, newest_first.dual_status_code, over_all.first_enrollment_date,
  opt_out.person_id is not null as opted_out
from newest_first
join over_all on over_all.person_id = newest_first.person_id
left join claims.opt_out on opt_out.person_id = newest_first.person_id and opt_out.opted_out
where newest_first.place = 1
