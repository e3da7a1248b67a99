-- step:      team.opened_window
-- makes:     one row per trigger with the window it would open, and whether it is joined to a stay of its category
-- key:       trigger_id
-- reads:     team.trigger
-- rules:     team.joined_days, team.post_episode_days
-- cites:     42 CFR 512.525; team.md 2.2; docs/team.md
-- evidence:  team.trigger(trigger_id)
-- owner:     facility_ccn
with joined as (
  -- an outpatient procedure shortly before a stay of its category starts that episode
  select
    stay.trigger_id, min(procedure.anchor_start) as earlier_start
  from team.trigger as stay
  cross join rules.team_joined_days as days
  join team.trigger as procedure
    on procedure.definition_set = stay.definition_set and procedure.person_id = stay.person_id
    and procedure.category = stay.category and procedure.setting = 'outpatient'
    and procedure.anchor_start <= stay.anchor_start
    and procedure.anchor_start >= cx_add_days(stay.anchor_start, -days.value)
  where stay.setting = 'inpatient'
  group by stay.trigger_id
),
absorbed as (
  select distinct procedure.trigger_id
  from team.trigger as procedure
  join team.trigger as stay
    on stay.definition_set = procedure.definition_set and stay.person_id = procedure.person_id
    and stay.category = procedure.category and stay.setting = 'inpatient'
  join joined on joined.trigger_id = stay.trigger_id
  where procedure.setting = 'outpatient' and procedure.anchor_start >= joined.earlier_start
    and procedure.anchor_start <= stay.anchor_start
)
select
  each.trigger_id, each.definition_set, each.category, each.code, each.price_code, each.setting,
  each.person_id, each.facility_ccn, each.surgeon_npi, each.source_id, each.claim_id, each.claim_line_number,
  each.anchor_start, each.anchor_end, coalesce(joined.earlier_start, each.anchor_start) as episode_start,
  -- the day of discharge, or of the procedure, is the first of the window
  cx_add_days(each.anchor_end, each.window_days - 1) as episode_end,
  cx_add_days(each.anchor_end, each.window_days - 1 + after_days.value) as post_end,
  absorbed.trigger_id is not null as is_absorbed
from team.trigger as each
cross join rules.team_post_episode_days as after_days
left join joined on joined.trigger_id = each.trigger_id
left join absorbed on absorbed.trigger_id = each.trigger_id
