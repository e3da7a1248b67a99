-- step:      billing.audit_behavioral
-- makes:     one row per person and month with a behavioral condition for which no integration or collaborative care was
--            billed by anyone: the add-on of an APCM month, or the program of its own where APCM is not billed
-- key:       finding_id
-- reads:     billing.apcm_patient_month, billing.care_month, billing.clinician_price
-- rules:     primary_care.addon_code, primary_care.program_month_code, primary_care.finding_kind
-- cites:     primary-care code notes D.5; docs/apcm.md
-- evidence:  billing.counted_condition(person_id)
-- owner:     tin, npi
with helped as (
  select distinct person_id, month from billing.care_month where program in ('bhi', 'cocm', 'bhi_addon', 'cocm_addon')
),
general as (
  select hcpcs_code, valid_from, valid_to from rules.primary_care_addon_code where program = 'bhi'
),
alone as (
  select hcpcs_code, valid_from, valid_to from rules.primary_care_program_month_code where program = 'bhi'
),
open_month as (
  select
    known.person_id, known.month, known.first_day, known.billed_code,
    case when known.billed_code is not null then known.billed_npi else known.npi end as npi,
    case when known.billed_code is not null then known.billed_tin else known.tin end as tin,
    case when known.billed_code is not null then general.hcpcs_code else alone.hcpcs_code end as hcpcs_code,
    known.focal_certainty, known.missed
  from billing.apcm_patient_month as known
  left join helped on helped.person_id = known.person_id and helped.month = known.month
  left join general
    on known.first_day >= general.valid_from and (general.valid_to is null or known.first_day < general.valid_to)
  left join alone
    on known.first_day >= alone.valid_from and (alone.valid_to is null or known.first_day < alone.valid_to)
  where helped.person_id is null and known.eligible and known.whole_month and known.behavioral_conditions > 0
),
found as (
  select
    case when billed_code is not null then 'integration_missed' else 'integration_without_apcm' end as kind,
    person_id, month, first_day, npi, tin, hcpcs_code, billed_code
  from open_month
  -- without APCM only people whom the practice sees, and whose month nothing else of the bundle fills
  where hcpcs_code is not null and npi is not null and tin is not null and (billed_code is not null or missed)
)
select
  concat_ws('|', found.kind, cast(found.person_id as varchar), cast(found.month as varchar)) as finding_id,
  said.audit, found.kind, said.direction, found.person_id, found.npi, found.tin, cast(null as varchar) as source_id,
  cast(null as varchar) as claim_id, cast(null as integer) as claim_line_number,
  cast(null as varchar) as other_claim_id, cast(null as integer) as other_claim_line_number,
  cast(null as varchar) as other_npi, found.first_day as service_date, cast(null as date) as other_service_date,
  found.month, found.hcpcs_code, found.billed_code as other_hcpcs_code, price.amount as dollars,
  cast(null as decimal(18, 2)) as paid_dollars, said.rule, said.cite, said.todo, 'review' as certainty
from found
join rules.primary_care_finding_kind as said on said.kind = found.kind
left join billing.clinician_price as price
  on price.npi = found.npi and price.tin = found.tin and price.hcpcs_code = found.hcpcs_code
  and found.first_day >= price.valid_from and found.first_day < price.valid_to
