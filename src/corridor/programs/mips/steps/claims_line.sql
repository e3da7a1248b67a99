-- step:      mips.claims_line
-- makes:     one row per professional claim line with a code of a Part B claims measure, in the years that are looked at;
--            lines Medicare did not allow (is_paid false) have quality codes alone
-- key:       source_id, claim_id, claim_line_number, is_paid
-- reads:     claims.medical_claim, claims.denied_line, mips.claims_code
-- rules:     claims.claim_setting
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  claims.medical_claim(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with wanted as (
  select performance_year, code, max(case when is_answer then 1 else 0 end) as answers
  from mips.claims_code
  where is_answer or element in ('encounter', 'additional_encounter')
  group by performance_year, code
),
lines as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.hcpcs_code, true as is_paid,
    lines.claim_type_code, coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    lines.place_of_service_code, lines.hcpcs_modifier_1, lines.hcpcs_modifier_2, lines.hcpcs_modifier_3,
    lines.hcpcs_modifier_4, lines.hcpcs_modifier_5
  from claims.medical_claim as lines
  union all
  select
    source_id, claim_id, claim_line_number, person_id, hcpcs_code, false as is_paid, claim_type_code, tin, npi,
    service_date, place_of_service_code, hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4,
    hcpcs_modifier_5
  from claims.denied_line
)
select
  lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.tin, lines.npi,
  lines.service_date, wanted.performance_year, lines.hcpcs_code, lines.is_paid,
  coalesce(lines.place_of_service_code, '') as place_of_service_code,
  coalesce(lines.hcpcs_modifier_1, '') as modifier_1, coalesce(lines.hcpcs_modifier_2, '') as modifier_2,
  coalesce(lines.hcpcs_modifier_3, '') as modifier_3, coalesce(lines.hcpcs_modifier_4, '') as modifier_4,
  coalesce(lines.hcpcs_modifier_5, '') as modifier_5
from lines
join rules.claims_claim_setting as setting
  on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
join wanted
  on wanted.code = lines.hcpcs_code and wanted.performance_year = cx_year_of(lines.service_date)
  and (lines.is_paid or wanted.answers = 1)
where lines.person_id is not null and lines.npi is not null and lines.tin is not null
  and lines.service_date is not null
