-- step:      billing.audit_conflict
-- makes:     one row per finding of services that exclude one another, with the exact pair and both dates
-- key:       finding_id
-- reads:     billing.audit_line, billing.conflict_apcm, billing.conflict_month
-- rules:     billing.finding_kind
-- cites:     primary-care code notes D.4 to D.7, E.6
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with pairs as (
  select
    kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
  from billing.conflict_apcm
  union all
  select
    kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
  from billing.conflict_month
)
select
  concat_ws('|', pairs.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, pairs.kind,
  case when lines.draft or pairs.certainty <> 'sure' then 'at_risk' else 'paid_in_error' end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  others.claim_id as other_claim_id, others.claim_line_number as other_claim_line_number, others.npi as other_npi,
  lines.service_date, others.service_date as other_service_date, lines.month, lines.hcpcs_code,
  others.hcpcs_code as other_hcpcs_code,
  -- of several units of a monthly code all but one are at stake, of every other line the whole
  case
    when pairs.kind = 'monthly_units'
      then cast(lines.allowed_amount * cx_divide(lines.units - 1, lines.units) as decimal(18, 2))
    else lines.allowed_amount
  end as dollars,
  case
    when pairs.kind = 'monthly_units'
      then cast(lines.paid_amount * cx_divide(lines.units - 1, lines.units) as decimal(18, 2))
    else lines.paid_amount
  end as paid_dollars,
  said.rule, said.cite, said.todo, pairs.certainty
from pairs
join billing.audit_line as lines
  on lines.source_id = pairs.source_id and lines.claim_id = pairs.claim_id
  and lines.claim_line_number = pairs.claim_line_number
left join billing.audit_line as others
  on others.source_id = pairs.other_source_id and others.claim_id = pairs.other_claim_id
  and others.claim_line_number = pairs.other_claim_line_number
join rules.billing_finding_kind as said
  on said.kind = pairs.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
