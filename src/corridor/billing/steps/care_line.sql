-- step:      billing.care_line
-- makes:     one row per professional line of a primary-care management code: APCM, its add-ons, the care-management
--            programs beside it, and the communication services inside it; with its program and the part it plays
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.service_line
-- rules:     primary_care.apcm_code, primary_care.addon_code, primary_care.care_management_code,
--            primary_care.bundled_code
-- cites:     primary-care code notes D.1, D.4 to D.7; docs/apcm.md
-- evidence:  claims.service_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
with code as (
  select hcpcs_code, 'apcm' as program, 'base' as role, level, valid_from, valid_to
  from rules.primary_care_apcm_code
  union all
  select hcpcs_code, concat(program, '_addon') as program, 'base' as role, cast(null as bigint) as level, valid_from, valid_to
  from rules.primary_care_addon_code
  union all
  select hcpcs_code, program, role, cast(null as bigint) as level, valid_from, valid_to
  from rules.primary_care_care_management_code
  -- care management inside the bundle is sorted above; what is left is communication
  union all
  select hcpcs_code, family as program, 'base' as role, cast(null as bigint) as level, valid_from, valid_to
  from rules.primary_care_bundled_code
  where family_group = 'communication'
)
select
  lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.service_date,
  cx_month_of(lines.service_date) as month, lines.npi, lines.tin, lines.hcpcs_code, code.program, code.role,
  code.level, coalesce(lines.quantity, 1) as quantity, lines.place_of_service_code, lines.modifiers,
  lines.allowed_amount, lines.paid_amount, lines.service_month
from claims.service_line as lines
join code
  on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
  and (code.valid_to is null or lines.service_date < code.valid_to)
where lines.part = 'B' and lines.setting = 'professional' and lines.person_id is not null
