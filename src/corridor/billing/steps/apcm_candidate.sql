-- step:      billing.apcm_candidate
-- makes:     one row per person and month from the first month of APCM on: whether the month is one of fee-for-service
--            with Part B, and whole (no death, no hospice), the chronic conditions known by its end, Qualified Medicare
--            Beneficiary or not, the level these give, and the clinician the evidence makes the focal point of care
-- key:       person_id, month
-- reads:     population.enrollment_month, population.month, population.condition_definition, claims.service_line,
--            billing.qmb_month, billing.counted_condition, billing.focal_year, attribution.person, run.setting
-- rules:     primary_care.apcm_code, primary_care.focal_certainty
-- cites:     primary-care code notes D.1, D.2; 89 FR 97866-68, 97871-75 as cited there; docs/apcm.md
-- evidence:  billing.counted_condition(person_id)
-- owner:     tin, npi
with list as (
  select count(*) > 0 as installed from population.condition_definition where not_computed_because is null
),
eligible as (
  select
    enrolled.person_id, enrolled.month, calendar.first_day, calendar.last_day,
    enrolled.part_b and not enrolled.medicare_advantage as eligible, enrolled.died
  from population.enrollment_month as enrolled
  join population.month as calendar on calendar.month = enrolled.month
  join (select min(valid_from) as first_day from rules.primary_care_apcm_code) as began
    on calendar.first_day >= began.first_day
),
-- hospice answers for the care of its people: whether APCM may stand beside it was not read anywhere
hospice as (
  select person_id, cx_month_of(service_date) as month from claims.service_line where setting = 'hospice'
  union
  select person_id, cx_month_of(service_end_date) as month from claims.service_line where setting = 'hospice'
),
ever as (
  select person_id, count(*) as conditions from billing.counted_condition group by person_id
),
counted as (
  select
    eligible.person_id, eligible.month, count(*) as conditions,
    cast(sum(case when met.behavioral then 1 else 0 end) as bigint) as behavioral_conditions,
    cast(sum(case when met.serious then 1 else 0 end) as bigint) as serious_conditions,
    min(case when met.window_is_loaded then 1 else 0 end) = 1 as window_is_loaded
  from eligible
  join billing.counted_condition as met
    on met.person_id = eligible.person_id and met.first_month <= eligible.month
  group by eligible.person_id, eligible.month
),
known as (
  select
    eligible.person_id, eligible.month, eligible.first_day, eligible.last_day, eligible.eligible,
    not eligible.died and hospice.person_id is null as whole_month,
    case when list.installed then coalesce(ever.conditions, 0) end as conditions_ever,
    case when list.installed then coalesce(counted.conditions, 0) end as conditions,
    case when list.installed then coalesce(counted.behavioral_conditions, 0) end as behavioral_conditions,
    case when list.installed then coalesce(counted.serious_conditions, 0) end as serious_conditions,
    case
      when not list.installed then 'list of chronic conditions not installed: the lowest level stands in'
      when counted.window_is_loaded then 'chronic conditions list, by the claims to the end of the month'
      else 'chronic conditions list, by claims that do not reach back through its look-back'
    end as conditions_basis,
    status.qmb, status.dual_status_code, status.basis as qmb_basis
  from eligible
  cross join list
  left join counted on counted.person_id = eligible.person_id and counted.month = eligible.month
  left join ever on ever.person_id = eligible.person_id
  left join hospice on hospice.person_id = eligible.person_id and hospice.month = eligible.month
  left join billing.qmb_month as status
    on status.person_id = eligible.person_id and status.month = eligible.month
)
select
  known.person_id, known.month, known.first_day, known.last_day, known.eligible, known.whole_month,
  known.conditions, known.conditions_ever, known.serious_conditions, known.behavioral_conditions,
  known.conditions_basis, known.qmb, known.dual_status_code,
  known.qmb_basis, level.level, level.hcpcs_code as level_code,
  -- a status carried back, or none, leaves the third level open
  known.qmb is null or coalesce(known.qmb_basis, '') = 'current_status_carried_back' as qmb_uncertain,
  focal.npi, focal.tin, focal.facility_ccn, focal.confidence, focal.is_primary_specialty,
  focal.points_share, focal.visits, focal.last_visit,
  case
    when focal.person_id is null then 'no primary care in the two years to the end of the year'
    when focal.tin is null then concat(focal.evidence, '; a facility bills for the clinician')
    when answer.tin is not null and answer.tin <> focal.tin
      then concat(focal.evidence, '; the one answer of attribution is another practice')
    else focal.evidence
  end as evidence,
  case
    when focal.tin is null then 'review'
    when not focal.is_primary_specialty or coalesce(answer.tin, focal.tin) <> focal.tin then 'review'
    else coalesce(certainty.certainty, 'review')
  end as focal_certainty
from known
left join rules.primary_care_apcm_code as level
  on known.first_day >= level.valid_from and (level.valid_to is null or known.first_day < level.valid_to)
  -- where nothing is known of conditions, the lowest level is what a month pays at least
  and coalesce(known.conditions, 0) >= level.conditions_at_least
  and (level.conditions_at_most is null or coalesce(known.conditions, 0) <= level.conditions_at_most)
  and (level.qmb is null or level.qmb = coalesce(known.qmb, false))
left join billing.focal_year as focal
  on focal.person_id = known.person_id and focal.year = cx_year_of(known.first_day)
-- the one answer is of the measured year alone
cross join run.setting as setting
left join attribution.person as answer
  on answer.person_id = known.person_id and cx_year_of(known.first_day) = setting.data_year
left join rules.primary_care_focal_certainty as certainty on certainty.confidence = focal.confidence
