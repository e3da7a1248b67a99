-- step:      asm.part_b_base
-- makes:     one row per year and TIN/NPI: Part B payments for covered professional services, by year of payment
-- key:       paid_year, tin, npi
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, asm.covered_service_exclusion
-- cites:     42 CFR 512.705 and 512.750 (paid in the performance year); docs/episodes.md
-- evidence:  claims.medical_claim(rendering_tin, rendering_npi)
-- owner:     tin, npi
with left_out as (
  select distinct loaded.code
  from (select distinct hcpcs_code as code from claims.medical_claim) as loaded
  join rules.asm_covered_service_exclusion as listed
    on loaded.code >= listed.code_from
    and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
)
-- where a source does not carry the day of payment, the last day of service stands for it
select
  cx_year_of(coalesce(lines.paid_date, lines.claim_end_date)) as paid_year,
  coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
  cast(sum(coalesce(lines.paid_amount, 0)) as decimal(18, 2)) as part_b_paid,
  count(*) as part_b_lines,
  count(*) - count(lines.paid_date) as lines_without_paid_date
from claims.medical_claim as lines
join rules.claims_claim_setting as setting
  on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
left join left_out on left_out.code = lines.hcpcs_code
where left_out.code is null and lines.hcpcs_code is not null and lines.rendering_npi is not null
  and coalesce(lines.rendering_tin, lines.billing_tin) is not null
  and coalesce(lines.paid_date, lines.claim_end_date) is not null
group by
  cx_year_of(coalesce(lines.paid_date, lines.claim_end_date)),
  coalesce(lines.rendering_tin, lines.billing_tin), lines.rendering_npi
