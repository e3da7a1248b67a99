-- step:      action.ranked
-- makes:     one row per action: dollars before and after overlap, interval, hours, deadline, evidence, and its place in the
--            lists of clinician, practice, hospital and ACO; duties stand in lists of their own
-- key:       action_id
-- reads:     action.candidate, action.effect
-- rules:     action.kind, billing.overpayment_return_days
-- cites:     docs/next-best.md; 42 CFR 401.305(b)(1)
-- evidence:  action.candidate(action_id)
-- owner:     tin, npi, aco_id
with moved as (
  select
    action_id, cx_exact_sum(dollars) as dollars, cx_exact_sum(dollars_low) as dollars_low,
    cx_exact_sum(dollars_high) as dollars_high
  from action.effect
  group by action_id
),
returned as (
  select value from rules.billing_overpayment_return_days where valid_to is null
),
whole as (
  select
    candidate.*, coalesce(moved.dollars, 0) as overlap_dollars,
    candidate.gross_dollars + coalesce(moved.dollars, 0) as net_dollars,
    candidate.gross_low + coalesce(moved.dollars_low, 0) as one_end,
    candidate.gross_high + coalesce(moved.dollars_high, 0) as other_end,
    said.hours_once + said.hours_each * case said.each_of
      when 'item' then candidate.items when 'person' then coalesce(candidate.people, 0) else 0 end as effort_hours,
    case when candidate.deadline_kind = 'identified' then returned.value end as deadline_days,
    case candidate.deadline_kind
      when 'identified' then concat(cast(returned.value as varchar), ' days after it is identified')
      when 'month' then 'every month not begun is lost'
      when 'claim_year' then 'a year after the service: the first of them'
      when 'service' then 'before the service'
      when 'submission' then 'the last day to submit'
      when 'snapshot' then 'the last snapshot that decides'
      else 'the end of the performance year'
    end as deadline_words
  from action.candidate as candidate
  join rules.action_kind as said on said.kind = candidate.rule_kind
  left join returned on true
  left join moved on moved.action_id = candidate.action_id
),
sized as (
  select whole.*, case when obligation then -net_dollars else net_dollars end as size from whole
)
select
  action_id, program, kind, measure, npi, tin, ccn, aco_id, words, todo, items, people, found_dollars, gross_dollars,
  overlap_dollars, net_dollars, least(one_end, other_end, net_dollars) as low, greatest(one_end, other_end, net_dollars) as high,
  effort_hours, deadline, deadline_days, deadline_words, evidence_table, evidence_key, obligation,
  case when npi is not null then row_number() over (partition by npi, obligation order by size desc, action_id) end as rank_npi,
  case when tin is not null then row_number() over (partition by tin, obligation order by size desc, action_id) end as rank_tin,
  case when ccn is not null then row_number() over (partition by ccn, obligation order by size desc, action_id) end as rank_ccn,
  case when aco_id is not null then row_number() over (partition by aco_id, obligation order by size desc, action_id) end as rank_aco
from sized
