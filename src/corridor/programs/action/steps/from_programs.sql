-- step:      action.from_programs
-- makes:     one row per action of the sources that state dollars alone: with words, shares and the day that ends it
-- key:       action_id
-- reads:     action.from_care, action.from_use, action.from_recapture,
--            action.from_team, action.from_status, action.from_mips, run.setting
-- rules:     action.kind, mips.submission_closes, mips.performance_period_ends, qp.snapshot
-- cites:     docs/next-best.md
-- evidence:  none
-- owner:     tin, npi, aco_id
with every as (
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_care
  union all
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_use
  union all
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_recapture
  union all
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_team
  union all
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_status
  union all
  select
    action_id, kind, measure, npi, tin, ccn, aco_id, detail, todo, items, people, dollars, dollars_low, dollars_high,
    ceiling_dollars, family, alternative, aco_share_of_dollars, evidence_table, evidence_key
  from action.from_mips
),
-- a qualifying participant is one by the last snapshot that decides, before the year ends
decided as (
  select end_month, end_day from rules.qp_snapshot
  where snapshot = (select max(snapshot) from rules.qp_snapshot where decides_qp)
)
select
  every.action_id, said.program, every.kind, every.kind as rule_kind, every.measure, every.npi, every.tin, every.ccn, every.aco_id,
  concat_ws(': ', said.words, every.detail) as words, every.todo, every.items, every.people, every.dollars as found_dollars,
  every.dollars * said.success as gross_dollars, every.dollars_low * said.success_low as gross_low,
  every.dollars_high * said.success_high as gross_high,
  cast(0 as double) as same_line_share, cast(0 as double) as same_month_share, every.aco_share_of_dollars,
  every.ceiling_dollars, every.family, said.deadline as deadline_kind,
  -- every other program here is of the calendar year, and so ends with it
  case
    when said.deadline = 'performance_end' then make_date(
      cast(setting.performance_year + ends.years_after as integer), cast(ends.month as integer), cast(ends.day as integer))
    when said.deadline = 'snapshot' then make_date(
      setting.performance_year, cast(decided.end_month as integer), cast(decided.end_day as integer))
    when said.deadline = 'submission' then make_date(
      cast(setting.performance_year + due.years_after as integer), cast(due.month as integer), cast(due.day as integer))
  end as deadline,
  said.obligation, said.new_part_b, every.alternative, every.evidence_table, every.evidence_key
from every
join rules.action_kind as said on said.kind = every.kind
cross join run.setting as setting
left join rules.mips_performance_period_ends as ends on true
left join rules.mips_submission_closes as due on true
left join decided on true
