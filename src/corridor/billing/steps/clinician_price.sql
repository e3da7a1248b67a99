-- step:      billing.clinician_price
-- makes:     one row per clinician, practice, primary-care code and stretch of a fee schedule: the amount of one unit where
--            and how the clinician practices; at national indices where the locality is not known
-- key:       npi, tin, hcpcs_code, valid_from
-- reads:     billing.clinician_base, billing.service_price
-- cites:     fee schedule notes A.1; docs/apcm.md
-- evidence:  billing.clinician_base(npi, tin)
-- owner:     tin, npi
with known as (
  select distinct year, mac, locality from billing.service_price
),
placed as (
  select
    base.npi, base.tin, base.year, base.setting, base.qp,
    coalesce(known.mac, 'national') as mac, coalesce(known.locality, 'national') as locality
  from billing.clinician_base as base
  left join known on known.year = base.year and known.mac = base.mac and known.locality = base.locality
)
select
  placed.npi, placed.tin, price.hcpcs_code, price.valid_from, price.valid_to, placed.setting, placed.qp,
  price.mac, price.locality, price.price_basis,
  case when placed.setting = 'facility' then price.facility_amount else price.non_facility_amount end as amount
from placed
join billing.service_price as price
  on price.year = placed.year and price.qp = placed.qp and price.mac = placed.mac and price.locality = placed.locality
