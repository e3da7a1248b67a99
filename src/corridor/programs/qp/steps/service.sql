-- step:      qp.service
-- makes:     one row per month of service, practice, clinician and person: covered professional services with Medicare
--            as the first payer, how many of them were E/M visits, and their dollars; and those of the low-volume test,
--            which are also the ones Medicare pays second (volume). A line without an allowed charge is no service
-- key:       month, tin, npi, person_id
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, asm.covered_service_exclusion, qp.visit_code, qp.payment_amount
-- cites:     42 CFR 414.1305 (covered professional services), 414.1435; docs/qp.md
-- evidence:  claims.medical_claim(rendering_tin, rendering_npi)
-- owner:     tin, npi
with code as (
  select distinct hcpcs_code from claims.medical_claim where hcpcs_code is not null
),
left_out as (
  select distinct code.hcpcs_code
  from code
  join rules.asm_covered_service_exclusion as listed
    on code.hcpcs_code >= listed.code_from
    and (code.hcpcs_code <= listed.code_to or starts_with(code.hcpcs_code, listed.code_to))
),
visit as (
  select distinct code.hcpcs_code
  from code
  join rules.qp_visit_code as listed on code.hcpcs_code >= listed.code_from and code.hcpcs_code <= listed.code_to
),
lines as (
  select
    cx_month_of(coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date)) as month,
    cx_year_of(coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date)) as year,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi, lines.person_id,
    visit.hcpcs_code is not null as is_visit, lines.primary_payer_code is null as is_first, coalesce(lines.paid_amount, 0) as paid_amount,
    coalesce(lines.allowed_amount, coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0)
      + coalesce(lines.coinsurance_amount, 0)) as allowed_amount
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  left join left_out on left_out.hcpcs_code = lines.hcpcs_code
  left join visit on visit.hcpcs_code = lines.hcpcs_code
  where left_out.hcpcs_code is null and lines.hcpcs_code is not null and lines.rendering_npi is not null
    and coalesce(lines.rendering_tin, lines.billing_tin) is not null and lines.person_id is not null
)
select
  lines.month, lines.year, lines.tin, lines.npi, lines.person_id,
  count(case when lines.is_first and lines.allowed_amount > 0 then 1 end) as services,
  count(case when lines.is_first and lines.allowed_amount > 0 and lines.is_visit then 1 end) as visits,
  cast(sum(case when lines.is_first then lines.paid_amount else 0 end) as decimal(18, 2)) as paid_amount,
  cast(sum(case when lines.is_first then lines.allowed_amount else 0 end) as decimal(18, 2)) as allowed_amount,
  -- what the payment score sums
  cast(sum(case
    when not lines.is_first then 0 when amount.value = 'allowed' then lines.allowed_amount else lines.paid_amount
  end) as decimal(18, 2)) as payments,
  cast(sum(case
    when not (lines.is_first and lines.is_visit) then 0
    when amount.value = 'allowed' then lines.allowed_amount else lines.paid_amount
  end) as decimal(18, 2)) as visit_payments,
  count(case when lines.allowed_amount > 0 then 1 end) as volume_services,
  cast(sum(lines.allowed_amount) as decimal(18, 2)) as volume_allowed_amount
from lines
cross join rules.qp_payment_amount as amount
where lines.month is not null and (lines.allowed_amount <> 0 or lines.paid_amount <> 0)
group by lines.month, lines.year, lines.tin, lines.npi, lines.person_id
