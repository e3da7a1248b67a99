-- step:      action.from_asm
-- makes:     one row per lever of a clinician in ASM: what moving it alone is worth in the first payment year
-- key:       action_id
-- reads:     asm.lever, asm.result, attribution.participant
-- rules:     action.kind, asm.submission_deadline, asm.calendar
-- cites:     42 CFR 512.750; docs/asm.md; docs/next-best.md
-- evidence:  asm.lever(performance_year, tin, npi, measure)
-- owner:     tin, npi
with named as (
  select
    lever.performance_year, lever.tin, lever.npi, lever.measure, lever.change, lever.dollars,
    case
      when lever.measure in ('cost', 'improvement_activities', 'promoting_interoperability', 'final_score')
        then concat('asm_', lever.measure)
      else 'asm_quality'
    end as kind,
    -- what the best score would be worth beside this one: all levers together bring no more
    (result.risk_level * result.scaling_factor - result.risk_level)
      * coalesce(result.part_b_paid_payment_year, result.part_b_paid) - result.dollars as ceiling_dollars
  from asm.lever as lever
  join asm.result as result
    on result.performance_year = lever.performance_year and result.tin = lever.tin and result.npi = lever.npi
  where lever.dollars > 0
),
partner as (
  select tin, case when count(distinct aco_id) = 1 then min(aco_id) end as aco_id
  from attribution.participant
  group by tin
)
select
  concat_ws(':', 'asm', cast(named.performance_year as varchar), named.measure, named.npi, named.tin) as action_id,
  said.program, named.kind, named.kind as rule_kind, named.measure, named.npi, named.tin,
  cast(null as varchar) as ccn, partner.aco_id,
  case
    when named.kind = 'asm_quality' then concat(said.words, ': measure ', named.measure) else said.words
  end as words,
  named.change as todo, cast(1 as bigint) as items, cast(null as bigint) as people, named.dollars as found_dollars,
  named.dollars * said.success as gross_dollars, named.dollars * said.success_low as gross_low,
  named.dollars * said.success_high as gross_high,
  cast(0 as double) as same_line_share, cast(0 as double) as same_month_share, cast(0 as double) as aco_share_of_dollars,
  greatest(named.ceiling_dollars, 0) as ceiling_dollars, concat('asm:', cast(named.performance_year as varchar)) as family,
  said.deadline as deadline_kind,
  case
    when said.deadline = 'submission' then make_date(
      cast(named.performance_year + due.years_after as integer), cast(due.month as integer), cast(due.day as integer))
    else make_date(
      cast(named.performance_year + ends.years_after as integer), cast(ends.month as integer), cast(ends.day as integer))
  end as deadline,
  said.obligation, said.new_part_b, false as alternative, 'asm.lever' as evidence_table,
  concat_ws('&', concat('performance_year=', cast(named.performance_year as varchar)), concat('tin=', named.tin),
    concat('npi=', named.npi), concat('measure=', named.measure)) as evidence_key
from named
join rules.action_kind as said on said.kind = named.kind
left join partner on partner.tin = named.tin
left join rules.asm_submission_deadline as due on true
left join rules.asm_calendar as ends on ends.event = 'performance_ends'
