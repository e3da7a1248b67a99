-- step:      team.window_stay
-- makes:     one row per stay that begins in the window of an episode that counts or in the days after it: kind, exclusion, share inside
-- key:       episode_id, source_id, claim_id
-- reads:     team.episode, team.exclusion, population.drg_stay, reference.stay_length, reference.ms_drg
-- rules:     team.facility_kind, team.fiscal_lead_days, team.ipps_hospital
-- cites:     42 CFR 512.525, 512.555; team.md 2.4, 2.6 (by mean length of stay where installed, else by days); docs/team.md
-- evidence:  claims.medical_claim(source_id, claim_id)
-- owner:     facility_ccn
with grouped as (
  select drg_code, min(mdc_code) as mdc_code from reference.ms_drg group by drg_code
),
-- a final table beside a preliminary one of the same year: the later one
newest as (
  select drg_code, fiscal_year, max(vintage) as vintage
  from reference.stay_length
  group by drg_code, fiscal_year
),
mean_stay as (
  select length.drg_code, length.fiscal_year, max(length.geometric_mean_days) as mean_days
  from reference.stay_length as length
  join newest
    on newest.drg_code = length.drg_code and newest.fiscal_year = length.fiscal_year
    and newest.vintage = length.vintage
  group by length.drg_code, length.fiscal_year
),
stay as (
  select
    episode.episode_id, episode.definition_set, episode.person_id, episode.anchor_end, episode.episode_end,
    stay.source_id, stay.claim_id, stay.facility_ccn, stay.own_drg_code, stay.admission_date,
    stay.discharge_date, stay.source_id = episode.source_id and stay.claim_id = episode.claim_id as is_anchor,
    greatest(cx_days_between(stay.admission_date, stay.discharge_date), 1) as stay_days,
    -- days of the stay that fall inside the window
    greatest(least(
      cx_days_between(stay.admission_date, episode.episode_end) + 1,
      greatest(cx_days_between(stay.admission_date, stay.discharge_date), 1)), 0) as days_inside,
    stay.discharge_date > episode.episode_end and stay.admission_date <= episode.episode_end as crosses,
    cx_year_of(cx_add_days(stay.discharge_date, lead.value)) as fiscal_year
  from team.episode as episode
  cross join rules.team_fiscal_lead_days as lead
  join population.drg_stay as stay
    on stay.person_id = episode.person_id and stay.admission_date >= episode.episode_start
    and stay.admission_date <= episode.post_end and stay.admission_date <= stay.discharge_date
  where not episode.excluded
)
select
  stay.episode_id, stay.definition_set, stay.person_id, stay.source_id, stay.claim_id, stay.facility_ccn,
  stay.own_drg_code, stay.admission_date, stay.discharge_date, stay.is_anchor, stay.stay_days, stay.days_inside,
  stay.crosses,
  case when stay.is_anchor then 'anchor' else coalesce(kind.kind, 'readmission') end as kind,
  case
    when stay.is_anchor then null
    when readmission.code is not null then 'readmission_drg'
    when category.code is not null then 'readmission_mdc'
  end as exclusion_reason,
  stay.admission_date = stay.anchor_end as on_anchor_day,
  case
    when stay.is_anchor then cast(1 as double)
    when stay.admission_date > stay.episode_end then cast(0 as double)
    when not stay.crosses then cast(1 as double)
    -- by the mean length only where Medicare pays by case; elsewhere by days
    when mean_stay.mean_days is null or (kind.kind is null and hospital.ccn_from is null) then cx_divide(stay.days_inside, stay.stay_days)
    when stay.days_inside >= mean_stay.mean_days - 1 then cast(1 as double)
    -- the first day counts double
    else least(cx_divide(stay.days_inside + 1, mean_stay.mean_days), cast(1 as double))
  end as share_inside,
  case
    when not stay.crosses then 'whole'
    when mean_stay.mean_days is null or (kind.kind is null and hospital.ccn_from is null) then 'days'
    else 'mean_length'
  end as proration
from stay
left join rules.team_facility_kind as kind
  on substr(stay.facility_ccn, length('000')) >= kind.ccn_from
  and substr(stay.facility_ccn, length('000')) <= kind.ccn_to
left join rules.team_ipps_hospital as hospital
  on substr(stay.facility_ccn, length('000')) >= hospital.ccn_from
  and substr(stay.facility_ccn, length('000')) <= hospital.ccn_to
left join team.exclusion as readmission
  on readmission.definition_set = stay.definition_set and readmission.code_use = 'readmission_drg'
  and readmission.code = stay.own_drg_code
left join grouped on grouped.drg_code = stay.own_drg_code
left join team.exclusion as category
  on category.definition_set = stay.definition_set and category.code_use = 'excluded_mdc'
  and category.code = grouped.mdc_code
left join mean_stay on mean_stay.drg_code = stay.own_drg_code and mean_stay.fiscal_year = stay.fiscal_year
