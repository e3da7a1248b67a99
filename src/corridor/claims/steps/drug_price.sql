-- step:      claims.drug_price
-- makes:     one row per drug code and day from which its unit price holds; where no price list names the drug,
--            one row with the middle unit price of the loaded claims that carry a gross cost
-- key:       ndc_code, valid_from
-- reads:     claims.pharmacy_claim, reference.drug_unit_price
-- rules:     claims.drug_price_quantile
-- cites:     CMS Part D payment standardization (quantity times unit price); Corridor
-- evidence:  claims.pharmacy_claim(ndc_code)
with newest as (
  select
    ndc_code, valid_from, unit_price,
    row_number() over (partition by ndc_code, valid_from order by vintage desc, unit_price) as place
  from reference.drug_unit_price
  where ndc_code is not null and unit_price is not null
),
listed as (
  select
    ndc_code, valid_from, cast(unit_price as double) as unit_price,
    lead(valid_from) over (partition by ndc_code order by valid_from nulls first) as valid_to,
    row_number() over (partition by ndc_code order by valid_from nulls first) as place
  from newest
  where place = 1
),
carried as (
  select
    ndc_code, source_id, claim_id, claim_line_number,
    cx_divide(gross_drug_cost, quantity) as unit_price
  from claims.pharmacy_claim
  where gross_drug_cost > 0 and quantity > 0 and ndc_code is not null
    and ndc_code not in (select ndc_code from listed)
),
counted as (
  select ndc_code, count(*) as events
  from carried
  group by ndc_code
),
ranked as (
  select
    carried.ndc_code, carried.unit_price, counted.events,
    row_number() over (
      partition by carried.ndc_code
      order by carried.unit_price, carried.source_id, carried.claim_id, carried.claim_line_number
    ) - 1 as place,
    middle.value * (counted.events - 1) as wanted
  from carried
  join counted on counted.ndc_code = carried.ndc_code
  cross join rules.claims_drug_price_quantile as middle
)
-- the first price of a list also prices what was dispensed before it
select
  ndc_code, case when place = 1 then null else valid_from end as valid_from, valid_to, unit_price,
  'price_list' as price_source
from listed
union all
select
  ndc_code, cast(null as date) as valid_from, cast(null as date) as valid_to,
  cx_exact_sum(unit_price * (1 - abs(place - wanted))) as unit_price,
  'loaded_claims' as price_source
from ranked
where abs(place - wanted) < 1
group by ndc_code
