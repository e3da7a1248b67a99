-- step:      billing.skin_substitute_rate
-- makes:     one row per year, conversion factor and locality: what the fee schedule pays for a square centimeter of a skin
--            substitute; the locality 'national' has its index at one
-- key:       year, qp, mac, locality
-- reads:     billing.skin_substitute_code, reference.pfs_gpci
-- rules:     pfs.conversion_factor, pfs.conversion_factor_qp
-- cites:     fee-schedule notes A.1 (formula, one rounding half-up to cents), F.1 (no work, no malpractice: one term is left)
-- evidence:  billing.skin_substitute_code(schedule_year)
with product as (
  select schedule_year as year, max(non_facility_pe_rvu) as pe_rvu, make_date(schedule_year, 1, 1) as first_day
  from billing.skin_substitute_code
  where by_area
  group by schedule_year
),
factor as (
  select false as qp, value, valid_from, valid_to from rules.pfs_conversion_factor
  union all
  select true as qp, value, valid_from, valid_to from rules.pfs_conversion_factor_qp
),
newest_index as (
  select
    year, mac, locality, state, pe_gpci,
    row_number() over (partition by year, mac, locality order by basis, vintage desc) as place
  from reference.pfs_gpci
),
place as (
  select year, mac, locality, state, pe_gpci from newest_index where place = 1
  union all
  select
    year, 'national' as mac, 'national' as locality, cast(null as varchar) as state,
    cast(1 as decimal(6, 3)) as pe_gpci
  from product
)
select
  product.year, factor.qp, place.mac, place.locality, place.state, product.pe_rvu, place.pe_gpci,
  cast(factor.value as decimal(9, 4)) as conversion_factor,
  cast(product.pe_rvu * place.pe_gpci * cast(factor.value as decimal(9, 4)) as decimal(18, 2)) as unit_amount
from product
join place on place.year = product.year
join factor
  on product.first_day >= factor.valid_from
  and (factor.valid_to is null or product.first_day < factor.valid_to)
