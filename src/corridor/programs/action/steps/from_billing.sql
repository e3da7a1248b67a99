-- step:      action.from_billing
-- makes:     one row per kind of billing finding, clinician and practice: what is gained by billing it, or goes back
-- key:       action_id
-- reads:     action.billing, run.setting
-- rules:     action.kind, action.timely_filing_years, billing.audit_precision
-- cites:     docs/next-best.md; docs/audit-accuracy.md
-- evidence:  billing.finding(kind, direction, npi, tin)
-- owner:     tin, npi
with precise as (
  select said.kind, said.precision, said.at_most
  from rules.billing_audit_precision as said
  cross join run.setting as setting
  where make_date(setting.data_year, 1, 1) >= said.valid_from
    and (said.valid_to is null or make_date(setting.data_year, 1, 1) < said.valid_to)
),
joined as (
  select
    found.kind, found.direction, found.npi, found.tin, found.aco_id, found.items, found.people, found.first_day,
    found.last_day,
    case
      when found.priced_items < found.items then concat('some have no price (install the fee schedule), and count as nothing; ', found.todo)
      else found.todo
    end as todo, found.dollars, found.sure_dollars, found.same_line_dollars, found.same_month_dollars,
    found.aco_dollars, precise.precision, precise.at_most, own.kind is not null as named,
    coalesce(own.kind, usual.kind) as rule_kind, coalesce(own.program, usual.program) as program,
    coalesce(own.words, usual.words) as words, coalesce(own.obligation, usual.obligation) as obligation,
    coalesce(own.deadline, usual.deadline) as deadline_kind, coalesce(own.recurring, usual.recurring) as recurring,
    coalesce(own.success_low, usual.success_low) as success_low, coalesce(own.success, usual.success) as success,
    coalesce(own.success_high, usual.success_high) as success_high, coalesce(own.family, usual.family) as family,
    coalesce(own.new_part_b, usual.new_part_b) as new_part_b
  from action.billing as found
  join rules.action_kind as usual on usual.kind = found.direction
  left join rules.action_kind as own on own.kind = found.kind and not usual.obligation
  left join precise on precise.kind = found.kind
),
weighed as (
  select
    joined.*,
    -- without a measured precision, only what is sure counts; all of it is the most
    case when precision is null then cast(sure_dollars as double) else cast(dollars as double) * precision end as likely,
    cast(sure_dollars as double) * coalesce(precision, 1) as least,
    cast(dollars as double) * coalesce(at_most, 1) as most,
    case when obligation then -1 else 1 end as sign
  from joined
)
select
  concat_ws(':', program, kind, direction, npi, tin) as action_id, program, kind, rule_kind, '' as measure, npi, tin,
  cast(null as varchar) as ccn, aco_id,
  case when named then words else concat(words, ': ', replace(kind, '_', ' ')) end as words, todo, items, people,
  sign * cast(dollars as double) as found_dollars, sign * likely * success as gross_dollars,
  least(sign * least * success_low, sign * most * success_high) as gross_low,
  greatest(sign * least * success_low, sign * most * success_high) as gross_high,
  cx_divide(cast(same_line_dollars as double), cast(dollars as double)) as same_line_share,
  cx_divide(cast(same_month_dollars as double), cast(dollars as double)) as same_month_share,
  cx_divide(cast(aco_dollars as double), cast(dollars as double)) as aco_share_of_dollars,
  cast(null as double) as ceiling_dollars, family, deadline_kind,
  case
    when deadline_kind = 'claim_year' then make_date(
      cx_year_of(first_day) + cast(filing.value as integer), cast(extract(month from first_day) as integer), 1)
  end as deadline,
  obligation, new_part_b, false as alternative, 'billing.finding' as evidence_table,
  concat_ws('&', concat('kind=', kind), concat('direction=', direction), concat('npi=', npi), concat('tin=', tin))
    as evidence_key
from weighed
cross join rules.action_timely_filing_years as filing
