-- reference.pfs_opps_cap: with status C the contractor prices, and the file states how much at most
select year, release, variant, hcpcs_code, coalesce(modifier, '') as modifier, mac, locality, status_code,
  facility_price, non_facility_price, status_code = 'C' as ceiling_only
from staged
