-- step:      billing.skin_substitute_code
-- makes:     one row per skin substitute product that the newest relative value file lists: paid by the square
--            centimeter, or priced by the contractor; known by how the file writes it, not by a list of codes
-- key:       hcpcs_code
-- reads:     reference.pfs_rvu
-- rules:     drug.skin_substitute_signature
-- cites:     fee-schedule notes F.1; docs/drugs-and-skin-substitutes.md
-- evidence:  none
with matched as (
  select
    file.hcpcs_code, signature.product_kind, file.non_facility_pe_rvu, file.year as schedule_year, file.release,
    row_number() over (
      partition by file.hcpcs_code order by file.valid_from desc, file.release desc, file.variant
    ) as place
  from reference.pfs_rvu as file
  join rules.drug_skin_substitute_signature as signature
    on file.hcpcs_code between signature.first_code and signature.last_code
    and file.status_code = signature.status_code
    and file.pctc_indicator = signature.pctc_indicator and file.global_days = signature.global_days
    and cast(file.non_facility_pe_rvu as double) = signature.non_facility_pe_rvu
    and file.valid_from >= signature.valid_from
    and (signature.valid_to is null or file.valid_from < signature.valid_to)
  where coalesce(file.modifier, '') = ''
)
select
  hcpcs_code, product_kind, product_kind = 'priced' as by_area, non_facility_pe_rvu, schedule_year, release
from matched
where place = 1
