-- step:      billing.apcm_line
-- makes:     one row per advanced primary care management code billed: the first of its calendar month stands, an exact
--            repeat is a duplicate, any other is a second one
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.duplicate_pair
-- rules:     primary_care.apcm_code
-- cites:     89 FR 97866-68 as cited; primary-care code notes D.2, D.4
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with billed as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.service_date, lines.month,
    lines.npi, lines.tin, lines.hcpcs_code, again.claim_id is not null as repeats
  from billing.audit_line as lines
  join rules.primary_care_apcm_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  left join billing.duplicate_pair as again
    on again.source_id = lines.source_id and again.claim_id = lines.claim_id
    and again.claim_line_number = lines.claim_line_number
)
select
  source_id, claim_id, claim_line_number, person_id, service_date, month, npi, tin, hcpcs_code, repeats,
  row_number() over (
    partition by person_id, month
    order by case when repeats then 1 else 0 end, service_date, source_id, claim_id, claim_line_number
  ) = 1 as stands
from billed
