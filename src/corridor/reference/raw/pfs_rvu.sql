-- reference.pfs_rvu: a code without a modifier has the empty one, so that it joins
select year, release, variant, valid_from, hcpcs_code, coalesce(modifier, '') as modifier, status_code,
  work_rvu, non_facility_pe_rvu, facility_pe_rvu, mp_rvu, non_facility_na, facility_na, non_facility_total, facility_total,
  pctc_indicator, global_days, pre_op, intra_op, post_op, multiple_procedure_indicator, bilateral_indicator,
  assistant_indicator, co_surgeon_indicator, team_indicator, endoscopic_base_code, conversion_factor, physician_supervision,
  imaging_family, opps_non_facility_pe_rvu, opps_facility_pe_rvu, opps_mp_rvu
from staged
