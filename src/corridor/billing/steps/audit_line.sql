-- step:      billing.audit_line
-- makes:     one row per paid line of a professional claim, as billing audits look at it: who billed which code with
--            which modifiers for whom, where and on what day. A file of draft claims makes the same table
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting
-- cites:     docs/audits.md
-- evidence:  claims.medical_claim(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
with dated as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.rendering_npi, lines.billing_npi) as npi, coalesce(lines.rendering_tin, lines.billing_tin) as tin,
    lines.hcpcs_code, lines.place_of_service_code, lines.service_unit_quantity as units, lines.paid_amount,
    coalesce(lines.allowed_amount, coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0)
      + coalesce(lines.coinsurance_amount, 0)) as allowed_amount,
    concat(' ', concat_ws(' ', lines.hcpcs_modifier_1, lines.hcpcs_modifier_2, lines.hcpcs_modifier_3,
      lines.hcpcs_modifier_4, lines.hcpcs_modifier_5), ' ') as modifiers,
    lines.line_diagnosis_code, lines.service_month
  from claims.medical_claim as lines
  left join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  where lines.hcpcs_code is not null
    and coalesce(setting.setting, case when lines.claim_type = 'professional' then 'professional' end) = 'professional'
)
select
  source_id, claim_id, claim_line_number, person_id, service_date, cx_month_of(service_date) as month, npi, tin,
  hcpcs_code, modifiers, place_of_service_code, units, cast(allowed_amount as decimal(18, 2)) as allowed_amount,
  cast(paid_amount as decimal(18, 2)) as paid_amount, line_diagnosis_code, false as draft, service_month
from dated
-- a line that allowed nothing was not paid for, so nothing can be owed for it
where service_date is not null and person_id is not null and (allowed_amount > 0 or paid_amount > 0)
