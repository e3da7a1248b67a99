-- rif_raw.professional_line
select
  clm_id, dml_ind, version_date, load_sequence, file_number, line_num, line_number as file_line,
  -- ResDAC: a line is allowed with one of these processing codes
  coalesce(line_prcsg_ind_cd not in ('A', 'O', 'R', 'S'), false) as line_denied,
  coalesce(prf_physn_npi, prvdr_npi) as prf_physn_npi, org_npi_num, tax_num, provider_state_fips, prvdr_spclty,
  line_srvc_cnt, line_place_of_srvc_cd, line_1st_expns_dt, line_last_expns_dt, hcpcs_cd, hcpcs_1st_mdfr_cd,
  hcpcs_2nd_mdfr_cd, hcpcs_3rd_mdfr_cd, hcpcs_4th_mdfr_cd, replace(line_icd_dgns_cd, '.', '') as line_icd_dgns_cd,
  line_bene_prmry_pyr_cd, line_nch_pmt_amt, line_alowd_chrg_amt, line_sbmtd_chrg_amt, line_bene_ptb_ddctbl_amt,
  line_coinsrnc_amt, service_month
from versioned
