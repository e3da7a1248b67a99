-- step:      team.opened_window
-- makes:     one row per trigger with the window it opens, and whether it stands, lies inside an open one, or is joined to a stay
-- key:       trigger_id
-- reads:     team.trigger
-- rules:     team.joined_days, team.post_episode_days, team.overlap_policy
-- cites:     42 CFR 512.525; team.md 2.2 (no rule for a trigger in an open window was seen); docs/team.md
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
),
opened as (
  select
    each.*, coalesce(joined.earlier_start, each.anchor_start) as episode_start,
    -- the day of discharge, or of the procedure, is the first of the window
    cx_add_days(each.anchor_end, each.window_days - 1) as episode_end,
    absorbed.trigger_id is not null as is_absorbed
  from team.trigger as each
  left join joined on joined.trigger_id = each.trigger_id
  left join absorbed on absorbed.trigger_id = each.trigger_id
),
-- windows are taken in order of their start: three rounds settle chains of up to three triggers that
-- each lie in the window of the one before
first_round as (
  select opened.*, not is_absorbed and coalesce(max(case when not is_absorbed then episode_end end) over before
    < episode_start, true) as kept_first
  from opened
  window before as (partition by definition_set, person_id order by episode_start, trigger_id
    rows between unbounded preceding and 1 preceding)
),
after_first as (
  select first_round.*, not is_absorbed and not kept_first and coalesce(
    max(case when kept_first then episode_end end) over before < episode_start, true) as open_first
  from first_round
  window before as (partition by definition_set, person_id order by episode_start, trigger_id
    rows between unbounded preceding and 1 preceding)
),
second_round as (
  select after_first.*, open_first and coalesce(max(case when open_first then episode_end end) over before
    < episode_start, true) as kept_second
  from after_first
  window before as (partition by definition_set, person_id order by episode_start, trigger_id
    rows between unbounded preceding and 1 preceding)
),
after_second as (
  select second_round.*, open_first and not kept_second and coalesce(
    max(case when kept_first or kept_second then episode_end end) over before < episode_start, true) as open_second
  from second_round
  window before as (partition by definition_set, person_id order by episode_start, trigger_id
    rows between unbounded preceding and 1 preceding)
),
third_round as (
  select after_second.*, open_second and coalesce(max(case when open_second then episode_end end) over before
    < episode_start, true) as kept_third
  from after_second
  window before as (partition by definition_set, person_id order by episode_start, trigger_id
    rows between unbounded preceding and 1 preceding)
)
select
  last.trigger_id, last.definition_set, last.category, last.code, last.price_code, last.setting,
  last.person_id, last.facility_ccn, last.surgeon_npi, last.source_id, last.claim_id, last.claim_line_number,
  last.anchor_start, last.anchor_end, last.episode_start, last.episode_end,
  cx_add_days(last.episode_end, after_days.value) as post_end,
  case
    when last.is_absorbed then 'joined_to_a_stay'
    when last.kept_first or last.kept_second or last.kept_third then 'stands'
    when last.open_second and not last.kept_third then 'undecided'
    else 'inside_open_episode'
  end as standing, policy.value as overlap_policy
from third_round as last
cross join rules.team_post_episode_days as after_days
cross join rules.team_overlap_policy as policy
