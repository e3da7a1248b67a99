-- step:      billing.conflict_allowed
-- makes:     one row per bundled service billed by another practice in a month of advanced primary care management:
--            no conflict, shown because an edit by person and month alone would deny it
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.apcm_line
-- rules:     primary_care.bundled_code
-- cites:     89 FR 97896-97 as cited; primary-care code notes D.4
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with bundled as (
  select lines.*, code.family
  from billing.audit_line as lines
  join rules.primary_care_bundled_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
)
select
  bundled.source_id, bundled.claim_id, bundled.claim_line_number, bundled.person_id, bundled.npi, bundled.tin,
  bundled.service_date, bundled.month, bundled.hcpcs_code, bundled.family, apcm.npi as apcm_npi,
  apcm.tin as apcm_tin, apcm.claim_id as apcm_claim_id, bundled.allowed_amount
from bundled
join billing.apcm_line as apcm
  on apcm.person_id = bundled.person_id and apcm.month = bundled.month and apcm.stands
-- a practice that is not named may be the same
where bundled.tin <> apcm.tin and (bundled.npi is null or apcm.npi is null or bundled.npi <> apcm.npi)
