-- step:      rif.denied_line
-- makes:     one row per line with a procedure code that Medicare did not allow, of a final professional claim: quality
--            codes are billed at nothing or a cent, come back so, and report all the same
-- key:       source_id, claim_id, claim_line_number
-- reads:     rif_raw.professional_line, rif_raw.claim, rif.claim, identity.person_alias
-- cites:     CMS research identifiable files; docs/claims-measures.md
-- evidence:  rif.claim(source_id, clm_id)
-- owner:     tin, npi
-- partition: service_month
with placed as (
  select
    head.source_id, head.clm_id, line.line_num, coalesce(alias.kept_person_id, head.person_id) as person_id,
    head.nch_clm_type_cd, coalesce(line.line_1st_expns_dt, head.clm_from_dt) as service_date, line.hcpcs_cd,
    line.hcpcs_1st_mdfr_cd, line.hcpcs_2nd_mdfr_cd, line.hcpcs_3rd_mdfr_cd, line.hcpcs_4th_mdfr_cd,
    line.line_place_of_srvc_cd, line.tax_num, line.prf_physn_npi, line.line_denied, head.service_month,
    row_number() over (
      partition by line.source_id, line.clm_id, line.delivery_id, line.dml_ind, line.version_date,
        line.load_sequence, line.file_number, line.line_num
      order by line.file_line desc
    ) as place
  from rif_raw.professional_line as line
  join rif_raw.claim as head
    on head.source_id = line.source_id and head.clm_id = line.clm_id and head.delivery_id = line.delivery_id
    and head.dml_ind = line.dml_ind and head.version_date = line.version_date
    and head.load_sequence = line.load_sequence and head.file_number = line.file_number
    and head.service_month = line.service_month
  join rif.claim as kept
    on kept.source_id = head.source_id and kept.clm_id = head.clm_id and kept.delivery_id = head.delivery_id
    and kept.dml_ind = head.dml_ind and kept.version_date = head.version_date
    and kept.load_sequence = head.load_sequence and kept.file_number = head.file_number
    and kept.claim_month = head.service_month and kept.dropped_because is null
  left join identity.person_alias as alias on alias.person_id = head.person_id
)
select
  placed.source_id, placed.clm_id as claim_id, placed.line_num as claim_line_number, placed.clm_id, placed.person_id,
  placed.nch_clm_type_cd as claim_type_code, placed.service_date, placed.hcpcs_cd as hcpcs_code,
  placed.hcpcs_1st_mdfr_cd as hcpcs_modifier_1, placed.hcpcs_2nd_mdfr_cd as hcpcs_modifier_2,
  placed.hcpcs_3rd_mdfr_cd as hcpcs_modifier_3, placed.hcpcs_4th_mdfr_cd as hcpcs_modifier_4,
  cast(null as varchar) as hcpcs_modifier_5, placed.line_place_of_srvc_cd as place_of_service_code,
  placed.tax_num as tin, placed.prf_physn_npi as npi, placed.service_month
from placed
where placed.place = 1 and placed.line_denied and placed.hcpcs_cd is not null
