-- step:      team.opened_window
-- makes:     one row per trigger with the window it would open, whether it can, and whether it is joined to a stay of its category
-- key:       trigger_id
-- reads:     team.trigger
-- rules:     team.joined_days, team.post_episode_days, team.ipps_hospital, team.excluded_state, team.longest_anchor_days
-- cites:     42 CFR 512.525; team.md 1, 2.2, 2.7; docs/team.md
-- evidence:  team.trigger(trigger_id)
-- owner:     facility_ccn
with candidate as (
  -- what is no anchor of any episode keeps no other one shut, and takes no procedure to itself
  select
    each.*,
    hospital.ccn_from is not null and state.ccn_state is null
      and cx_days_between(each.anchor_start, each.anchor_end) <= longest.value as can_open
  from team.trigger as each
  cross join rules.team_longest_anchor_days as longest
  left join rules.team_ipps_hospital as hospital
    on substr(each.facility_ccn, length('000')) >= hospital.ccn_from
    and substr(each.facility_ccn, length('000')) <= hospital.ccn_to
    and regexp_matches(each.facility_ccn, '^[0-9]+$')  -- a letter: an emergency or a veterans' hospital
  left join rules.team_excluded_state as state on state.ccn_state = substr(each.facility_ccn, 1, length('00'))
),
joined as (
  -- an outpatient procedure shortly before a stay of its category starts that episode
  select
    stay.trigger_id, min(procedure.anchor_start) as earlier_start
  from candidate as stay
  cross join rules.team_joined_days as days
  join candidate as procedure
    on procedure.definition_set = stay.definition_set and procedure.person_id = stay.person_id
    and procedure.category = stay.category and procedure.setting = 'outpatient'
    and procedure.anchor_start <= stay.anchor_start
    and procedure.anchor_start >= cx_add_days(stay.anchor_start, -days.value)
  where stay.setting = 'inpatient' and stay.can_open and procedure.can_open
  group by stay.trigger_id
),
absorbed as (
  select distinct procedure.trigger_id
  from candidate as procedure
  join candidate as stay
    on stay.definition_set = procedure.definition_set and stay.person_id = procedure.person_id
    and stay.category = procedure.category and stay.setting = 'inpatient'
  join joined on joined.trigger_id = stay.trigger_id
  where procedure.setting = 'outpatient' and procedure.can_open and procedure.anchor_start >= joined.earlier_start
    and procedure.anchor_start <= stay.anchor_start
)
select
  each.trigger_id, each.definition_set, each.category, each.code, each.price_code, each.setting,
  each.person_id, each.facility_ccn, each.surgeon_npi, each.source_id, each.claim_id, each.claim_line_number,
  each.anchor_start, each.anchor_end, coalesce(joined.earlier_start, each.anchor_start) as episode_start,
  -- the day of discharge, or of the procedure, is the first of the window
  cx_add_days(each.anchor_end, each.window_days - 1) as episode_end,
  cx_add_days(each.anchor_end, each.window_days - 1 + after_days.value) as post_end,
  absorbed.trigger_id is not null as is_absorbed, each.can_open
from candidate as each
cross join rules.team_post_episode_days as after_days
left join joined on joined.trigger_id = each.trigger_id
left join absorbed on absorbed.trigger_id = each.trigger_id
