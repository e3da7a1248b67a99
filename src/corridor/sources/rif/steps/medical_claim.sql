-- step:      rif.medical_claim
-- makes:     one row per line of a final, paid claim
-- key:       source_id, claim_id, claim_line_number
-- reads:     rif.institutional_line, rif_raw.professional_line, rif_raw.claim, rif.claim, identity.person_alias
-- cites:     CMS research identifiable files; docs/sources/rif.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with head as (
  select
    claim.source_id, claim.delivery_id, claim.clm_id, claim.dml_ind, claim.version_date, claim.load_sequence,
    claim.file_number, claim.claim_type, claim.nch_clm_type_cd,
    coalesce(alias.kept_person_id, claim.person_id) as person_id, claim.clm_from_dt, claim.clm_thru_dt,
    claim.clm_admsn_dt, claim.nch_bene_dschrg_dt, claim.clm_src_ip_admsn_cd, claim.clm_ip_admsn_type_cd,
    claim.ptnt_dschrg_stus_cd, claim.bill_type_code, claim.clm_drg_cd, claim.prvdr_num, claim.org_npi_num,
    claim.at_physn_npi, claim.op_physn_npi, claim.rfr_physn_npi, claim.carr_clm_blg_npi_num,
    claim.nch_prmry_pyr_cd, claim.provider_state_fips, claim.contractor_number,
    coalesce(claim.fi_clm_proc_dt, claim.nch_wkly_proc_dt) as paid_date, claim.service_month
  from rif_raw.claim as claim
  join rif.claim as kept
    on kept.source_id = claim.source_id and kept.clm_id = claim.clm_id and kept.delivery_id = claim.delivery_id
    and kept.dml_ind = claim.dml_ind and kept.version_date = claim.version_date
    and kept.load_sequence = claim.load_sequence and kept.file_number = claim.file_number
    and kept.claim_month = claim.service_month and kept.dropped_because is null
  left join identity.person_alias as alias on alias.person_id = claim.person_id
),
professional as (
  select
    line.source_id, line.clm_id, line.delivery_id, line.dml_ind, line.version_date, line.load_sequence,
    line.file_number, line.service_month, line.line_num, line.prf_physn_npi, line.org_npi_num, line.tax_num,
    line.provider_state_fips, line.prvdr_spclty, line.line_srvc_cnt, line.line_place_of_srvc_cd,
    line.line_1st_expns_dt, line.line_last_expns_dt, line.hcpcs_cd, line.hcpcs_1st_mdfr_cd,
    line.hcpcs_2nd_mdfr_cd, line.hcpcs_3rd_mdfr_cd, line.hcpcs_4th_mdfr_cd, line.line_icd_dgns_cd,
    line.line_bene_prmry_pyr_cd, line.line_nch_pmt_amt, line.line_alowd_chrg_amt, line.line_sbmtd_chrg_amt,
    line.line_bene_ptb_ddctbl_amt, line.line_coinsrnc_amt, line.line_denied,
    row_number() over (
      partition by line.source_id, line.clm_id, line.delivery_id, line.dml_ind, line.version_date,
        line.load_sequence, line.file_number, line.line_num
      order by line.file_line desc
    ) as place
  from rif_raw.professional_line as line
)
select
  head.source_id, head.delivery_id, head.clm_id as claim_id, line.clm_line_num as claim_line_number,
  head.claim_type, head.nch_clm_type_cd as claim_type_code, head.person_id,
  head.clm_from_dt as claim_start_date, head.clm_thru_dt as claim_end_date,
  coalesce(line.rev_cntr_dt, head.clm_from_dt) as claim_line_start_date,
  coalesce(line.rev_cntr_dt, head.clm_thru_dt) as claim_line_end_date, head.clm_admsn_dt as admission_date,
  head.nch_bene_dschrg_dt as discharge_date, head.clm_src_ip_admsn_cd as admit_source_code,
  head.clm_ip_admsn_type_cd as admit_type_code, head.ptnt_dschrg_stus_cd as discharge_disposition_code,
  cast(null as varchar) as place_of_service_code, head.bill_type_code,
  case when head.clm_drg_cd is not null then 'ms-drg' end as drg_code_type, head.clm_drg_cd as drg_code,
  line.rev_cntr as revenue_center_code, line.rev_cntr_unit_cnt as service_unit_quantity, line.hcpcs_cd as hcpcs_code,
  line.hcpcs_1st_mdfr_cd as hcpcs_modifier_1, line.hcpcs_2nd_mdfr_cd as hcpcs_modifier_2,
  cast(null as varchar) as hcpcs_modifier_3, cast(null as varchar) as hcpcs_modifier_4,
  cast(null as varchar) as hcpcs_modifier_5, cast(null as varchar) as line_diagnosis_code,
  line.rndrng_physn_npi as rendering_npi, cast(null as varchar) as rendering_tin,
  cast(null as varchar) as rendering_specialty_code, head.org_npi_num as billing_npi,
  cast(null as varchar) as billing_tin, head.org_npi_num as facility_npi, head.prvdr_num as facility_ccn,
  head.at_physn_npi as attending_npi, head.op_physn_npi as operating_npi, head.rfr_physn_npi as referring_npi,
  head.nch_prmry_pyr_cd as primary_payer_code, head.provider_state_fips as provider_state_code,
  head.contractor_number, head.paid_date, line.paid_amount, cast(null as decimal(18, 2)) as allowed_amount,
  line.charge_amount, line.coinsurance_amount, line.deductible_amount,
  cast(null as decimal(18, 2)) as sequestration_amount, line.add_on_amount,
  cast(null as decimal(18, 2)) as incentive_amount, head.service_month
from rif.institutional_line as line
join head on head.source_id = line.source_id and head.clm_id = line.clm_id
union all
select
  head.source_id, head.delivery_id, head.clm_id, line.line_num, head.claim_type, head.nch_clm_type_cd,
  head.person_id, head.clm_from_dt, head.clm_thru_dt, coalesce(line.line_1st_expns_dt, head.clm_from_dt),
  coalesce(line.line_last_expns_dt, head.clm_thru_dt), null, null, null, null, null, line.line_place_of_srvc_cd,
  null, null, null, null, line.line_srvc_cnt, line.hcpcs_cd, line.hcpcs_1st_mdfr_cd, line.hcpcs_2nd_mdfr_cd,
  line.hcpcs_3rd_mdfr_cd, line.hcpcs_4th_mdfr_cd, null, line.line_icd_dgns_cd, line.prf_physn_npi, line.tax_num,
  line.prvdr_spclty, coalesce(head.carr_clm_blg_npi_num, line.org_npi_num), line.tax_num, null, null, null, null,
  head.rfr_physn_npi, line.line_bene_prmry_pyr_cd, coalesce(line.provider_state_fips, head.provider_state_fips),
  head.contractor_number, head.paid_date, coalesce(line.line_nch_pmt_amt, 0), line.line_alowd_chrg_amt,
  line.line_sbmtd_chrg_amt, line.line_coinsrnc_amt, line.line_bene_ptb_ddctbl_amt, null, 0, null,
  head.service_month
from professional as line
join head
  on head.source_id = line.source_id and head.clm_id = line.clm_id and head.delivery_id = line.delivery_id
  and head.dml_ind = line.dml_ind and head.version_date = line.version_date
  and head.load_sequence = line.load_sequence and head.file_number = line.file_number
  and head.service_month = line.service_month
where line.place = 1 and not line.line_denied
