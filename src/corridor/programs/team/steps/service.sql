-- step:      team.service
-- makes:     one row per claim line in the window of an episode that counts, or in the days after it: where its amount counts
-- key:       episode_id, source_id, claim_id, claim_line_number, part
-- reads:     team.episode, team.window_stay, team.exclusion, claims.service_line
-- rules:     team.anchor_day_place
-- cites:     42 CFR 512.525, 512.555; team.md 2.4 to 2.6; docs/team.md
-- evidence:  claims.medical_claim(source_id, claim_id, claim_line_number)
-- owner:     facility_ccn
with line as (
  select
    episode.episode_id, episode.definition_set, episode.facility_ccn as anchor_ccn, episode.anchor_end,
    episode.episode_end, line.source_id, line.claim_id, line.claim_line_number, line.part, line.person_id,
    line.service_date, coalesce(line.service_end_date, line.service_date) as service_end_date, line.setting,
    line.hcpcs_code, line.facility_ccn, line.tin, line.npi, line.place_of_service_code,
    line.standardized_amount, line.service_month
  from team.episode as episode
  join claims.service_line as line
    on line.person_id = episode.person_id and line.part <> 'D'
    and line.service_date >= episode.episode_start and line.service_date <= episode.post_end
  where not episode.excluded
),
-- professional claims in an excluded readmission stay out too, but for those on the anchor's last day
inside_excluded as (
  select distinct line.episode_id, line.source_id, line.claim_id, line.claim_line_number
  from line
  join team.window_stay as stay
    on stay.episode_id = line.episode_id and stay.exclusion_reason is not null
    and line.service_date >= stay.admission_date and line.service_date <= stay.discharge_date
  left join rules.team_anchor_day_place as place on place.place = line.place_of_service_code
  where line.setting = 'professional' and (not stay.on_anchor_day or place.place is null)
),
code as (
  select definition_set, code, min(code_use) as code_use
  from team.exclusion
  where code_use <> 'readmission_drg' and code_use <> 'excluded_mdc'
  group by definition_set, code
),
placed as (
  select
    line.*,
    case
      when line.setting = 'inpatient' then coalesce(stay.kind, 'readmission')
      when line.service_date <= line.anchor_end and line.setting <> 'snf' and line.setting <> 'home_health'
        then 'anchor'
      else line.setting
    end as stage,
    case
      when stay.exclusion_reason is not null then stay.exclusion_reason
      when inside_excluded.claim_id is not null then 'in_excluded_readmission'
      when code.code_use is not null then code.code_use
    end as exclusion_reason,
    case
      when line.service_date > line.episode_end then cast(0 as double)
      when line.setting = 'inpatient' then coalesce(stay.share_inside, cast(1 as double))
      when line.setting <> 'snf' and line.setting <> 'hospice' and line.setting <> 'home_health'
        then cast(1 as double)
      when line.service_end_date <= line.episode_end then cast(1 as double)
      else cx_divide(
        cx_days_between(line.service_date, line.episode_end) + 1,
        cx_days_between(line.service_date, line.service_end_date) + 1)
    end as share_inside,
    stay.proration
  from line
  left join team.window_stay as stay
    on stay.episode_id = line.episode_id and stay.source_id = line.source_id and stay.claim_id = line.claim_id
  left join inside_excluded
    on inside_excluded.episode_id = line.episode_id and inside_excluded.source_id = line.source_id
    and inside_excluded.claim_id = line.claim_id
    and inside_excluded.claim_line_number = line.claim_line_number
  left join code on code.definition_set = line.definition_set and code.code = line.hcpcs_code
),
counted as (
  select
    placed.*, cx_days_between(anchor_end, service_date) as day_after_discharge,
    case when exclusion_reason is null
      then cast(cast(cast(standardized_amount as double) * share_inside as decimal(38, 9)) as decimal(18, 2))
      else cast(0 as decimal(18, 2)) end as episode_amount
  from placed
)
select
  episode_id, definition_set, source_id, claim_id, claim_line_number, part, person_id, service_date,
  day_after_discharge, setting, stage, hcpcs_code, anchor_ccn as facility_ccn, facility_ccn as service_ccn,
  tin, npi, service_end_date, standardized_amount, share_inside, proration, exclusion_reason, episode_amount,
  -- what is not inside goes to the days after the episode
  case when exclusion_reason is null then cast(standardized_amount - episode_amount as decimal(18, 2))
    else cast(0 as decimal(18, 2)) end as post_amount,
  service_month
from counted
