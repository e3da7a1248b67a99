-- step:      claims.drg_price
-- makes:     one row per DRG and year of discharge: the standard price of a stay, from the loaded population
-- key:       drg_code, service_year
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, claims.drg_price_quantile, claims.drg_minimum_claims
-- cites:     CMS payment standardization (geography, teaching and disproportionate share removed); Corridor
-- evidence:  claims.medical_claim(drg_code)
with stays as (
  select
    lines.source_id, lines.claim_id,
    max(lines.drg_code) as drg_code,
    max(cx_year_of(lines.claim_end_date)) as service_year,
    sum(
      coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0) + coalesce(lines.coinsurance_amount, 0)
      + coalesce(lines.sequestration_amount, 0) - coalesce(lines.incentive_amount, 0)
      - coalesce(lines.add_on_amount, 0)
    ) as allowed_less_add_ons
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'inpatient'
  where lines.primary_payer_code is null
  group by lines.source_id, lines.claim_id
),
priced as (
  select drg_code, service_year, cast(allowed_less_add_ons as double) as amount, source_id, claim_id
  from stays
  where drg_code is not null and allowed_less_add_ons > 0
),
counted as (
  select drg_code, service_year, count(*) as claims
  from priced
  group by drg_code, service_year
),
ranked as (
  select
    priced.drg_code, priced.service_year, priced.amount, counted.claims,
    row_number() over (
      partition by priced.drg_code, priced.service_year
      order by priced.amount, priced.source_id, priced.claim_id
    ) - 1 as place,
    middle.value * (counted.claims - 1) as wanted
  from priced
  join counted on counted.drg_code = priced.drg_code and counted.service_year = priced.service_year
  cross join rules.claims_drg_price_quantile as middle
)
-- linear interpolation: the two stays around the wanted place, each by its nearness
select
  ranked.drg_code, ranked.service_year, max(ranked.claims) as claims,
  cast(cast(
    cx_exact_sum(ranked.amount * (1 - abs(ranked.place - ranked.wanted))) as decimal(38, 9)
  ) as decimal(18, 2)) as standard_price
from ranked
cross join rules.claims_drg_minimum_claims as fewest
where abs(ranked.place - ranked.wanted) < 1 and ranked.claims >= fewest.value
group by ranked.drg_code, ranked.service_year
