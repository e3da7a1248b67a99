-- reference.pfs_payment_amount: a code without a modifier has the empty one, so that it joins
select year, release, variant, mac, locality, hcpcs_code, coalesce(modifier, '') as modifier,
  non_facility_amount, facility_amount, pctc_indicator, status_code, multiple_procedure_indicator,
  therapy_reduced_non_institutional, therapy_reduced_institutional, opps_indicator,
  opps_non_facility_amount, opps_facility_amount
from staged
