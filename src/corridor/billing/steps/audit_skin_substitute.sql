-- step:      billing.audit_skin_substitute
-- makes:     one row per finding on a skin substitute: without application, more area than was covered, thrown away
--            and billed, or allowed off the rate
-- key:       finding_id
-- reads:     billing.skin_substitute
-- rules:     drug.finding_kind, drug.skin_wastage_share_high, drug.price_tolerance
-- cites:     fee-schedule notes F.1; docs/drugs-and-skin-substitutes.md
-- evidence:  billing.skin_substitute(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with line as (
  select
    skin.*, coalesce(skin.allowed_amount, 0) as allowed, skin.payment = 'flat_rate' as flat,
    -- a code the file does not list may be a licensed biological, which stays a drug
    case when skin.product_kind = 'not_in_file' then 'review' else 'sure' end as listed_certainty,
    coalesce(skin.applied_area, 0) + coalesce(skin.discarded_area, 0) as day_area
  from billing.skin_substitute as skin
),
found as (
  select
    'skin_substitute_without_application' as kind,
    case when flat then 'paid_in_error' else 'at_risk' end as direction,
    case when flat then listed_certainty else 'review' end as certainty, line.*, allowed as dollars
  from line
  where not has_application and not discarded
  union all
  select
    'skin_substitute_units' as kind, 'at_risk' as direction, 'review' as certainty, line.*,
    allowed * cx_divide(uncovered_area, applied_area) as dollars
  from line
  where has_application and by_area and not discarded and uncovered_area > 0
  union all
  select
    'skin_substitute_wastage_billed' as kind, 'paid_in_error' as direction, listed_certainty as certainty, line.*,
    allowed as dollars
  from line
  where wastage_rule = 'not_billable' and discarded
  union all
  select
    'skin_substitute_modifier' as kind, 'at_risk' as direction, listed_certainty as certainty, line.*,
    allowed as dollars
  from line
  where wastage_rule = 'not_billable' and nothing_discarded and not discarded
  union all
  select
    'skin_substitute_wastage_high' as kind, 'at_risk' as direction, 'review' as certainty, line.*,
    allowed as dollars
  from line
  cross join rules.drug_skin_wastage_share_high as high
  where wastage_rule = 'paid_as_drug' and discarded and discarded_share >= high.value
  union all
  select
    'skin_substitute_price_off' as kind,
    case when allowed > flat_amount then 'paid_in_error' else 'missed' end as direction, 'review' as certainty,
    line.*, abs(cast(allowed - flat_amount as double)) as dollars
  from line
  cross join rules.drug_price_tolerance as tolerance
  where flat and not discarded and rate_basis in ('locality', 'outpatient_rate') and allowed > 0
    and abs(cast(allowed - flat_amount as double)) > tolerance.value * flat_amount
    -- less than the rate is no error where less was charged
    and (allowed > flat_amount or charge_amount is null or charge_amount >= flat_amount)
)
select
  concat_ws('|', found.kind, found.source_id, found.claim_id, cast(found.claim_line_number as varchar))
    as finding_id,
  said.audit, found.kind, found.direction, found.person_id, found.npi, found.tin, found.source_id, found.claim_id,
  cast(found.claim_line_number as integer) as claim_line_number, cast(null as varchar) as other_claim_id,
  cast(null as integer) as other_claim_line_number, cast(null as varchar) as other_npi, found.service_date,
  cast(null as date) as other_service_date, found.month, found.hcpcs_code,
  found.application_code as other_hcpcs_code,
  cast(cast(found.dollars as decimal(38, 9)) as decimal(18, 2)) as dollars,
  cast(cast(found.paid_amount * cx_divide(found.dollars, nullif(found.allowed, 0)) as decimal(38, 9))
    as decimal(18, 2)) as paid_dollars,
  said.rule, said.cite, said.todo, found.certainty, found.units, found.applied_area, found.covered_area,
  found.discarded_share, found.flat_rate
from found
join rules.drug_finding_kind as said on said.kind = found.kind
