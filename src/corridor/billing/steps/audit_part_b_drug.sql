-- step:      billing.audit_part_b_drug
-- makes:     one row per finding on a Part B drug: price off its limit, units far above the usual dose, wastage
--            modifier missing or contradicted, 340B modifier retired or left out
-- key:       finding_id
-- reads:     billing.drug_line
-- rules:     drug.finding_kind, drug.price_tolerance, drug.units_high_factor, drug.usual_minimum_lines,
--            drug.share_340b
-- cites:     42 CFR 414.904(a); docs/drugs-and-skin-substitutes.md
-- evidence:  billing.drug_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with line as (
  select drug.*, coalesce(drug.allowed_amount, 0) as allowed
  from billing.drug_line as drug
),
found as (
  select
    'drug_price_off' as kind, case when price_difference > 0 then 'paid_in_error' else 'missed' end as direction,
    'review' as certainty, line.*, abs(cast(price_difference as double)) as dollars
  from line
  cross join rules.drug_price_tolerance as tolerance
  where setting = 'professional' and expected_amount > 0 and allowed > 0
    and abs(cast(price_difference as double)) > tolerance.value * expected_amount
  union all
  select
    'drug_units_high' as kind, 'at_risk' as direction, 'review' as certainty, line.*,
    -- what lies above the usual dose of the day
    allowed * (1 - cx_divide(1, units_ratio)) as dollars
  from line
  cross join rules.drug_units_high_factor as high
  where units_ratio >= high.value
  union all
  select
    'wastage_modifier_missing' as kind, 'at_risk' as direction, 'review' as certainty, line.*,
    allowed as dollars
  from line
  where wastage_state = 'missing'
  union all
  select
    'wastage_both' as kind, 'at_risk' as direction, 'sure' as certainty, line.*, allowed as dollars
  from line
  where wastage_state = 'both_on_line' or (wastage_state = 'both_on_day' and (discarded or nothing_discarded))
  union all
  select
    'modifier_340b_retired' as kind, 'at_risk' as direction, 'sure' as certainty, line.*, allowed as dollars
  from line
  where modifier_340b is not null and not modifier_340b_accepted
  union all
  select
    'modifier_340b_missing' as kind, 'at_risk' as direction, 'review' as certainty, line.*, allowed as dollars
  from line
  cross join rules.drug_share_340b as share
  cross join rules.drug_usual_minimum_lines as least_lines
  where modifier_340b is null and entity_lines >= least_lines.value
    and entity_marked_lines >= share.value * entity_lines
)
select
  concat_ws('|', found.kind, found.source_id, found.claim_id, cast(found.claim_line_number as varchar))
    as finding_id,
  said.audit, found.kind, found.direction, found.person_id, found.npi, found.tin, found.source_id, found.claim_id,
  cast(found.claim_line_number as integer) as claim_line_number, cast(null as varchar) as other_claim_id,
  cast(null as integer) as other_claim_line_number, cast(null as varchar) as other_npi, found.service_date,
  cast(null as date) as other_service_date, found.month, found.hcpcs_code,
  cast(null as varchar) as other_hcpcs_code,
  cast(cast(found.dollars as decimal(38, 9)) as decimal(18, 2)) as dollars,
  cast(cast(found.paid_amount * cx_divide(found.dollars, nullif(found.allowed, 0)) as decimal(38, 9))
    as decimal(18, 2)) as paid_dollars,
  said.rule, said.cite, said.todo, found.certainty, found.units, found.day_units, found.usual_units,
  found.payment_limit, found.expected_amount
from found
join rules.drug_finding_kind as said on said.kind = found.kind
