-- step:      attribution.assignable
-- makes:     one row per method and person: whether the person can be assigned to an ACO at all, and if not, why
-- key:       method, person_id
-- reads:     claims.person, population.enrollment_month, attribution.assignment_window,
--            attribution.entity_share, attribution.assignment_month, attribution.reach, run.setting
-- rules:     claims.us_state
-- cites:     42 CFR 425.401(a) and (b)
-- evidence:  population.enrollment_month(person_id)
with enrolled as (
  select
    windows.method, month.person_id, month.part_a <> month.part_b as is_one_part, month.medicare_advantage,
    month.fee_for_service, month.month >= windows.start_month and month.month <= windows.end_month as in_window
  from population.enrollment_month as month
  join attribution.assignment_window as windows
    on (month.month >= windows.start_month and month.month <= windows.end_month) or month.year = windows.data_year
),
counted as (
  select
    method, person_id, count(case when in_window then 1 end) as months_known,
    count(case when in_window and fee_for_service then 1 end) as months_counted,
    count(case when in_window and is_one_part then 1 end) as months_one_part,
    count(case when in_window and medicare_advantage then 1 end) as months_health_plan,
    count(case when is_one_part then 1 end) as year_months_one_part,
    count(case when medicare_advantage then 1 end) as year_months_health_plan
  from enrolled
  group by method, person_id
),
everybody as (
  select person_id from claims.person
  union
  select person_id from attribution.entity_share
  union
  -- who is on the list and in no other file has an answer too
  select listed.person_id
  from attribution.assignment_month as listed
  join run.setting as setting on setting.data_year = listed.year
),
known as (
  select
    windows.method, everybody.person_id, windows.overlaps_claims, windows.covered,
    coalesce(counted.months_counted, 0) as months_counted, coalesce(counted.months_known, 0) as months_known,
    counted.months_one_part, counted.months_health_plan, counted.year_months_one_part,
    counted.year_months_health_plan, person.person_id is not null as has_enrollment,
    cx_year_of(person.death_date) < windows.data_year as died_before_year,
    -- a numeric code outside the states, the District and the territories is a residence abroad
    state.state_code is null and person.state_code between '00' and '99' as is_abroad,
    aligned.entity_id as other_aco
  from everybody
  cross join attribution.assignment_window as windows
  left join counted on counted.method = windows.method and counted.person_id = everybody.person_id
  left join claims.person as person on person.person_id = everybody.person_id
  left join rules.claims_us_state as state on state.state_code = person.state_code
  left join attribution.reach as aligned
    on aligned.person_id = everybody.person_id and aligned.entity_kind = 'aco' and not aligned.is_trial
)
select
  method, person_id, months_counted, months_one_part, months_health_plan, covered as window_covered,
  case
    when not overlaps_claims then 'window_not_loaded'
    when not has_enrollment then 'no_enrollment_record'
    when died_before_year then 'died_before_year'
    when months_known = 0 then 'no_month_enrolled'
    when months_health_plan > 0 then 'health_plan_month'
    when months_one_part > 0 then 'one_part_month'
    when months_counted = 0 then 'no_month_of_both_parts'
    when year_months_health_plan > 0 then 'health_plan_month_in_year'
    when year_months_one_part > 0 then 'one_part_month_in_year'
    when is_abroad then 'resident_abroad'
    when other_aco is not null then 'other_model'
    else 'eligible'
  end as eligibility
from known
