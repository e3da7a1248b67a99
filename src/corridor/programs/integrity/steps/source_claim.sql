-- step:      integrity.source_claim
-- makes:     one row per claim of any loaded year that is a source for risk adjustment: whose, when, by whom, and
--            whether all its visits are wellness visits, health risk assessments or home visits
-- key:       source_id, claim_id
-- reads:     claims.medical_claim, reference.hcc_eligible_service
-- rules:     risk.claim_bill_type, risk.claim_type, integrity.assessment_service
-- cites:     CMS encounter data diagnosis filtering logic; docs/risk-integrity.md
-- evidence:  claims.medical_claim(source_id, claim_id)
-- owner:     tin, npi
with edition as (
  select vintage, row_number() over (order by vintage desc) as place
  from (select distinct vintage from reference.hcc_eligible_service) as listed
),
-- a code counts in any year that some installed list has it
eligible as (
  select distinct hcpcs_code from reference.hcc_eligible_service
),
bill_type as (
  select seen.bill_type_code, allowed.needs_service
  from (select distinct bill_type_code from claims.medical_claim where bill_type_code is not null) as seen
  join rules.risk_claim_bill_type as allowed on seen.bill_type_code like allowed.bill_type || '%'
),
line as (
  select
    lines.source_id, lines.claim_id, lines.person_id, lines.claim_end_date,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, coalesce(lines.rendering_npi, lines.attending_npi) as npi,
    coalesce(bill_type.needs_service, claim_type.needs_service) as needs_service,
    case when eligible.hcpcs_code is null then 0 else 1 end as eligible,
    case when assessment.hcpcs_code is null then 0 else 1 end as assessment,
    edition.vintage
  from claims.medical_claim as lines
  left join bill_type on bill_type.bill_type_code = lines.bill_type_code
  left join rules.risk_claim_type as claim_type
    on claim_type.claim_type_code = lines.claim_type_code and lines.bill_type_code is null
  left join eligible on eligible.hcpcs_code = lines.hcpcs_code
  left join rules.integrity_assessment_service as assessment on assessment.hcpcs_code = lines.hcpcs_code
  left join edition on edition.place = 1
  where lines.person_id is not null and lines.claim_end_date is not null
    and (bill_type.bill_type_code is not null or claim_type.claim_type_code is not null)
)
select
  source_id, claim_id, min(person_id) as person_id, max(claim_end_date) as claim_date,
  cast(cx_year_of(max(claim_end_date)) as integer) as year, min(tin) as tin, min(npi) as npi,
  sum(assessment) > 0 and sum(
    case when needs_service and (eligible = 1 or vintage is null) and assessment = 0 then 1 else 0 end
  ) = 0
    as assessment_only
from line
group by source_id, claim_id
having max(case when needs_service and vintage is not null then eligible else 1 end) = 1
