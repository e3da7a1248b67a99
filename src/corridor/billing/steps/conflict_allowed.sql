-- step:      billing.conflict_allowed
-- makes:     one row per bundled service billed by another practice in a month of advanced primary care management:
--            no conflict, shown because an edit by person and month alone would deny it
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line
-- rules:     primary_care.apcm_code, primary_care.bundled_code
-- cites:     89 FR 97896-97 as cited; primary-care code notes D.4
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with apcm as (
  select
    lines.person_id, lines.month, lines.npi, lines.tin, lines.claim_id,
    row_number() over (
      partition by lines.person_id, lines.month
      order by lines.service_date, lines.source_id, lines.claim_id, lines.claim_line_number
    ) as place
  from billing.audit_line as lines
  join rules.primary_care_apcm_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
),
bundled as (
  select lines.*, code.family
  from billing.audit_line as lines
  join rules.primary_care_bundled_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
)
select
  bundled.source_id, bundled.claim_id, bundled.claim_line_number, bundled.person_id, bundled.npi, bundled.tin,
  bundled.service_date, bundled.month, bundled.hcpcs_code, bundled.family, first_month.npi as apcm_npi,
  first_month.tin as apcm_tin, first_month.claim_id as apcm_claim_id, bundled.allowed_amount
from bundled
join apcm as first_month
  on first_month.person_id = bundled.person_id and first_month.month = bundled.month and first_month.place = 1
left join apcm as own
  on own.person_id = bundled.person_id and own.month = bundled.month
  and (own.npi = bundled.npi or own.tin = bundled.tin)
where own.claim_id is null
