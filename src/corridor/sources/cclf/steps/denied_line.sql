-- step:      cclf.denied_line
-- makes:     one row per line with a procedure code that Medicare did not allow, of a final Part B claim: quality codes are
--            billed at nothing or a cent, come back so, and report all the same
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.claim_version, cclf.part_b_record, cclf_raw.cclf5
-- cites:     CCLF Information Packet v38, section 3.2; docs/claims-measures.md
-- evidence:  cclf.part_b_record(source_id, cur_clm_uniq_id, clm_line_num)
-- owner:     tin, npi
-- partition: service_month
select
  record.source_id, record.cur_clm_uniq_id as claim_id, cast(record.clm_line_num as integer) as claim_line_number,
  record.cur_clm_uniq_id, record.clm_line_num, record.person_id, raw.clm_type_cd as claim_type_code,
  coalesce(raw.clm_line_from_dt, raw.clm_from_dt, raw.clm_thru_dt) as service_date,
  raw.clm_line_hcpcs_cd as hcpcs_code, raw.hcpcs_1_mdfr_cd as hcpcs_modifier_1,
  raw.hcpcs_2_mdfr_cd as hcpcs_modifier_2, raw.hcpcs_3_mdfr_cd as hcpcs_modifier_3,
  raw.hcpcs_4_mdfr_cd as hcpcs_modifier_4, raw.hcpcs_5_mdfr_cd as hcpcs_modifier_5,
  raw.clm_pos_cd as place_of_service_code, replace(raw.clm_rndrg_prvdr_tax_num, '-', '') as tin,
  coalesce(raw.clm_rndrg_prvdr_npi_num, raw.rndrg_prvdr_npi_num) as npi, record.service_month
from cclf.part_b_record as record
join cclf.claim_version as version
  on version.source_id = record.source_id and version.file_type = record.file_type
  and version.cur_clm_uniq_id = record.cur_clm_uniq_id and version.outcome = 'final'
join cclf_raw.cclf5 as raw
  on raw.source_id = record.source_id and raw.delivery_id = record.delivery_id
  and raw.line_number = record.line_number and raw.cur_clm_uniq_id = record.cur_clm_uniq_id
where record.file_type = 'cclf5' and record.is_denied and raw.clm_line_hcpcs_cd is not null
