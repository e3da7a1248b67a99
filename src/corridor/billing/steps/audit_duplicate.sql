-- step:      billing.audit_duplicate
-- makes:     one row per line billed twice: a claim of which every line stands on one other claim, or single lines
-- key:       finding_id
-- reads:     billing.audit_line, billing.duplicate_pair
-- rules:     billing.finding_kind
-- cites:     Medicare Claims Processing Manual ch. 1 sec. 120; docs/audits.md
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with whole as (
  select lines.source_id, lines.claim_id, count(*) as line_count
  from billing.audit_line as lines
  join (select distinct source_id, claim_id from billing.duplicate_pair) as touched
    on touched.source_id = lines.source_id and touched.claim_id = lines.claim_id
  group by lines.source_id, lines.claim_id
),
again as (
  select source_id, claim_id, other_source_id, other_claim_id, count(*) as line_count
  from billing.duplicate_pair
  where source_id <> other_source_id or claim_id <> other_claim_id
  group by source_id, claim_id, other_source_id, other_claim_id
),
sorted as (
  select
    pairs.source_id, pairs.claim_id, pairs.claim_line_number, pairs.other_source_id, pairs.other_claim_id,
    pairs.other_claim_line_number,
    case when again.claim_id is not null then 'duplicate_claim' else 'duplicate_line' end as kind,
    -- a service done twice on one day looks like a line written twice, and a claim that two sources hold like two
    case when again.claim_id is not null and pairs.source_id = pairs.other_source_id then pairs.certainty
      else 'review' end as certainty
  from billing.duplicate_pair as pairs
  join whole on whole.source_id = pairs.source_id and whole.claim_id = pairs.claim_id
  left join again
    on again.source_id = pairs.source_id and again.claim_id = pairs.claim_id
    and again.other_source_id = pairs.other_source_id and again.other_claim_id = pairs.other_claim_id
    and again.line_count = whole.line_count
)
select
  concat_ws('|', pairs.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, pairs.kind,
  case when lines.draft or pairs.certainty <> 'sure' then 'at_risk' else 'paid_in_error' end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  others.claim_id as other_claim_id, others.claim_line_number as other_claim_line_number, others.npi as other_npi,
  lines.service_date, others.service_date as other_service_date, lines.month, lines.hcpcs_code,
  others.hcpcs_code as other_hcpcs_code, lines.allowed_amount as dollars, lines.paid_amount as paid_dollars,
  said.rule, said.cite, said.todo, pairs.certainty
from sorted as pairs
join billing.audit_line as lines
  on lines.source_id = pairs.source_id and lines.claim_id = pairs.claim_id
  and lines.claim_line_number = pairs.claim_line_number
join billing.audit_line as others
  on others.source_id = pairs.other_source_id and others.claim_id = pairs.other_claim_id
  and others.claim_line_number = pairs.other_claim_line_number
join rules.billing_finding_kind as said
  on said.kind = pairs.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
