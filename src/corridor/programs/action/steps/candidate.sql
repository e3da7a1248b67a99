-- step:      action.candidate
-- makes:     one row per action anybody could take, of every program, before programs are held against one another
-- key:       action_id
-- reads:     action.from_billing, action.from_asm, action.from_programs
-- cites:     docs/next-best.md
-- evidence:  none
-- owner:     tin, npi, aco_id
select
  action_id, program, kind, rule_kind, measure, npi, tin, ccn, aco_id, words, todo, items, people, found_dollars,
  gross_dollars, gross_low, gross_high, same_line_share, same_month_share, aco_share_of_dollars, ceiling_dollars, family,
  deadline_kind, deadline, obligation, new_part_b, alternative, evidence_table, evidence_key
from action.from_billing
union all
select
  action_id, program, kind, rule_kind, measure, npi, tin, ccn, aco_id, words, todo, items, people, found_dollars,
  gross_dollars, gross_low, gross_high, same_line_share, same_month_share, aco_share_of_dollars, ceiling_dollars, family,
  deadline_kind, deadline, obligation, new_part_b, alternative, evidence_table, evidence_key
from action.from_asm
union all
select
  action_id, program, kind, rule_kind, measure, npi, tin, ccn, aco_id, words, todo, items, people, found_dollars,
  gross_dollars, gross_low, gross_high, same_line_share, same_month_share, aco_share_of_dollars, ceiling_dollars, family,
  deadline_kind, deadline, obligation, new_part_b, alternative, evidence_table, evidence_key
from action.from_programs
