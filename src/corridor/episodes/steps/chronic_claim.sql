-- step:      episodes.chronic_claim
-- makes:     one row per cohort, professional claim and clinician with a measure service and a measure diagnosis:
--            what can open, confirm or reaffirm care by a practice
-- key:       cohort, source_id, claim_id, tin, npi
-- reads:     claims.medical_claim, episodes.chronic_trigger_code, episodes.diagnosed_claim
-- rules:     claims.claim_setting
-- cites:     42 CFR 512.730; ASM specification 2.2(1)
-- evidence:  claims.medical_claim(source_id, claim_id)
-- owner:     tin, npi
with service as (
  select cohort, code, max(case when role = 'trigger' then 1 else 0 end) as opens
  from episodes.chronic_trigger_code
  where role in ('trigger', 'confirming')
  group by cohort, code
)
select
  service.cohort, lines.source_id, lines.claim_id,
  coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
  min(lines.person_id) as person_id,
  min(coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date)) as service_date,
  max(service.opens) = 1 as opens
from claims.medical_claim as lines
join service on service.code = lines.hcpcs_code
join rules.claims_claim_setting as setting
  on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
join episodes.diagnosed_claim as diagnosed
  on diagnosed.cohort = service.cohort and diagnosed.source_id = lines.source_id
  and diagnosed.claim_id = lines.claim_id
where lines.person_id is not null and lines.rendering_npi is not null
  and coalesce(lines.rendering_tin, lines.billing_tin) is not null
  and coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) is not null
group by
  service.cohort, lines.source_id, lines.claim_id, coalesce(lines.rendering_tin, lines.billing_tin),
  lines.rendering_npi
