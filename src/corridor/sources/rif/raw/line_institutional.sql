-- rif_raw.institutional_line
select
  clm_id, dml_ind, version_date, load_sequence, file_number, clm_line_num, line_number as file_line, rev_cntr,
  rev_cntr_dt, hcpcs_cd, hcpcs_1st_mdfr_cd, hcpcs_2nd_mdfr_cd, rev_cntr_unit_cnt, rev_cntr_cash_ddctbl_amt,
  rev_cntr_coinsrnc_wge_adjstd_c, rev_cntr_pmt_amt_amt, rev_cntr_tot_chrg_amt, rndrng_physn_npi, service_month
from versioned
