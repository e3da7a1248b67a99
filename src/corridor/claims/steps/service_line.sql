-- step:      claims.service_line
-- makes:     one row per claim line and drug event: paid, allowed and payment-standardized amount, how that was obtained,
--            whether imputed, and what of the source it is built from: the last row of every way down, Parts A, B, D
-- key:       source_id, claim_id, claim_line_number, part
-- reads:     claims.medical_claim, claims.pharmacy_claim, claims.drg_price, claims.drug_price
-- rules:     claims.claim_setting
-- cites:     42 CFR 512.730 (cost as MIPS specifies it); CMS payment standardization; docs/standardisation.md
-- evidence:  none
-- owner:     tin, npi
-- partition: service_month
with medical as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.claim_line_end_date, lines.claim_end_date) as service_end_date,
    lines.claim_type_code, coalesce(setting.setting, 'other') as setting,
    coalesce(setting.part, case when lines.claim_type = 'institutional' then 'A' else 'B' end) as part,
    lines.hcpcs_code, lines.revenue_center_code, lines.drg_code, lines.claim_end_date,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, coalesce(lines.rendering_npi, lines.attending_npi) as npi,
    lines.paid_amount, lines.allowed_amount as carried_allowed,
    lines.deductible_amount is not null or lines.coinsurance_amount is not null as has_cost_share,
    coalesce(setting.cost_sharing, true) as cost_sharing,
    coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0)
      + coalesce(lines.coinsurance_amount, 0) as built_allowed,
    coalesce(lines.sequestration_amount, 0) - coalesce(lines.incentive_amount, 0)
      - coalesce(lines.add_on_amount, 0) as corrections,
    lines.delivery_id, lines.service_unit_quantity, lines.deductible_amount, lines.coinsurance_amount,
    lines.sequestration_amount, lines.add_on_amount, lines.incentive_amount, lines.service_month,
    lines.place_of_service_code, lines.facility_ccn, nullif(concat_ws(' ', lines.hcpcs_modifier_1,
      lines.hcpcs_modifier_2, lines.hcpcs_modifier_3, lines.hcpcs_modifier_4, lines.hcpcs_modifier_5), '') as modifiers
  from claims.medical_claim as lines
  left join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
),
-- what a facility shares out among its lines is known of the claim as a whole
facility_claim as (
  select
    source_id, claim_id, min(claim_line_number) as first_line, max(drg_code) as drg_code,
    max(cx_year_of(claim_end_date)) as service_year, sum(built_allowed) as claim_amount, max(setting) as setting,
    max(case when has_cost_share then 1 else 0 end) = 1 as has_cost_share
  from medical
  where setting <> 'professional' and setting <> 'dme'
  group by source_id, claim_id
),
allowed as (
  select
    medical.*,
    medical.cost_sharing and not coalesce(facility_claim.has_cost_share, medical.has_cost_share)
      as no_cost_share,
    coalesce(medical.carried_allowed, medical.built_allowed) as allowed_amount,
    -- a carrier's allowed charge is struck before sequestration and incentives; what a facility is paid, after
    case
      when medical.carried_allowed is null then medical.built_allowed + medical.corrections
      when facility_claim.claim_id is null then medical.carried_allowed
      when facility_claim.has_cost_share then medical.built_allowed + medical.corrections
      else medical.carried_allowed + medical.corrections
    end as own_amount,
    medical.carried_allowed is not null and not coalesce(facility_claim.has_cost_share, false)
      as uses_carried
  from medical
  left join facility_claim
    on facility_claim.source_id = medical.source_id and facility_claim.claim_id = medical.claim_id
),
stay as (
  select facility.source_id, facility.claim_id, facility.first_line, price.standard_price
  from facility_claim as facility
  join claims.drg_price as price
    on price.drg_code = facility.drg_code and price.service_year = facility.service_year
  where facility.setting = 'inpatient' and facility.claim_amount > 0
),
drug as (
  select
    events.source_id, events.claim_id, events.claim_line_number, events.person_id, events.dispensing_date,
    events.ndc_code, events.prescribing_npi, events.paid_amount, events.copayment_amount,
    coalesce(events.gross_drug_cost, events.allowed_amount) as gross_drug_cost,
    cast(cast(price.unit_price * events.quantity as decimal(38, 9)) as decimal(18, 2)) as priced_amount,
    price.price_source, events.delivery_id, events.quantity, events.days_supply, events.service_month
  from claims.pharmacy_claim as events
  left join claims.drug_price as price
    on price.ndc_code = events.ndc_code
    and (price.valid_from is null or price.valid_from <= events.dispensing_date)
    and (price.valid_to is null or events.dispensing_date < price.valid_to)
)
select
  allowed.source_id, allowed.claim_id, allowed.claim_line_number, allowed.part, allowed.person_id,
  allowed.service_date, allowed.service_end_date, allowed.claim_type_code, allowed.setting,
  allowed.hcpcs_code, allowed.revenue_center_code, allowed.drg_code, cast(null as varchar) as ndc_code,
  allowed.tin, allowed.npi, allowed.paid_amount, cast(allowed.allowed_amount as decimal(18, 2)) as allowed_amount,
  cast(case
    when stay.claim_id is null then allowed.own_amount
    when allowed.claim_line_number = stay.first_line then stay.standard_price
    else 0
  end as decimal(18, 2)) as standardized_amount,
  case
    when stay.claim_id is not null then 'drg_price'
    when allowed.uses_carried then 'carried_allowed'
    when allowed.no_cost_share then 'paid_only'
    else 'built_allowed'
  end as standardized_method,
  stay.claim_id is null and not allowed.uses_carried and allowed.no_cost_share as imputed,
  allowed.delivery_id, allowed.service_unit_quantity as quantity, cast(null as integer) as days_supply,
  allowed.deductible_amount, allowed.coinsurance_amount, allowed.sequestration_amount, allowed.add_on_amount,
  allowed.incentive_amount, cast(null as decimal(18, 2)) as gross_drug_cost, allowed.place_of_service_code,
  allowed.facility_ccn, allowed.modifiers, allowed.service_month
from allowed
left join stay on stay.source_id = allowed.source_id and stay.claim_id = allowed.claim_id
union all
select
  source_id, claim_id, claim_line_number, 'D' as part, person_id,
  dispensing_date as service_date, dispensing_date as service_end_date, 'part_d' as claim_type_code,
  'part_d' as setting, cast(null as varchar) as hcpcs_code, cast(null as varchar) as revenue_center_code,
  cast(null as varchar) as drg_code, ndc_code, cast(null as varchar) as tin, prescribing_npi as npi,
  coalesce(paid_amount, 0) as paid_amount, cast(gross_drug_cost as decimal(18, 2)) as allowed_amount,
  cast(case
    when price_source = 'price_list' and priced_amount > 0 then priced_amount
    else coalesce(gross_drug_cost, priced_amount, copayment_amount, 0)
  end as decimal(18, 2)) as standardized_amount,
  case
    when price_source = 'price_list' and priced_amount > 0 then 'unit_price'
    when gross_drug_cost is not null then 'gross_drug_cost'
    when priced_amount is not null then 'loaded_unit_price'
    when copayment_amount is not null then 'beneficiary_payment'
    else 'no_price'
  end as standardized_method,
  not coalesce(price_source = 'price_list' and priced_amount > 0, false) and gross_drug_cost is null as imputed,
  delivery_id, quantity, days_supply, cast(null as decimal(18, 2)) as deductible_amount,
  copayment_amount as coinsurance_amount, cast(null as decimal(18, 2)) as sequestration_amount,
  cast(null as decimal(18, 2)) as add_on_amount, cast(null as decimal(18, 2)) as incentive_amount,
  cast(gross_drug_cost as decimal(18, 2)) as gross_drug_cost, cast(null as varchar) as place_of_service_code,
  cast(null as varchar) as facility_ccn, cast(null as varchar) as modifiers, service_month
from drug
