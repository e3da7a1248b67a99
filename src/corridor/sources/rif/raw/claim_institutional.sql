-- rif_raw.claim: the claim once; of the rows that repeat it, the first of the file
select
  clm_id, dml_ind, version_date, load_sequence, file_number, person_id, 'institutional' as claim_type, final_action,
  -- NCH: a non-payment reason of P asks for payment; every other one refuses it
  coalesce(clm_mdcr_non_pmt_rsn_cd <> 'P', false) as denied,
  nch_clm_type_cd, clm_from_dt, clm_thru_dt, nch_wkly_proc_dt, fi_clm_proc_dt,
  coalesce(clm_admsn_dt, clm_hospc_start_dt_id) as clm_admsn_dt, nch_bene_dschrg_dt, clm_ip_admsn_type_cd,
  clm_src_ip_admsn_cd, ptnt_dschrg_stus_cd,
  nullif(concat(clm_fac_type_cd, clm_srvc_clsfctn_type_cd, clm_freq_cd), '') as bill_type_code,
  clm_drg_cd, prvdr_num, provider_state_fips, fi_num as contractor_number, org_npi_num, at_physn_npi, op_physn_npi,
  cast(null as varchar) as rfr_physn_npi, cast(null as varchar) as carr_clm_blg_npi_num, nch_prmry_pyr_cd,
  clm_pmt_amt, clm_tot_chrg_amt,
  case when coalesce(nch_bene_ip_ddctbl_amt, nch_bene_blood_ddctbl_lblty_am, nch_bene_ptb_ddctbl_amt) is not null then
    cast(coalesce(nch_bene_ip_ddctbl_amt, 0) + coalesce(nch_bene_blood_ddctbl_lblty_am, 0)
      + coalesce(nch_bene_ptb_ddctbl_amt, 0) as decimal(18, 2))
  end as deductible_amount,
  case when coalesce(nch_bene_pta_coinsrnc_lblty_am, nch_bene_ptb_coinsrnc_amt) is not null then
    cast(coalesce(nch_bene_pta_coinsrnc_lblty_am, 0) + coalesce(nch_bene_ptb_coinsrnc_amt, 0) as decimal(18, 2))
  end as coinsurance_amount,
  cast(clm_pass_thru_per_diem_amt * clm_utlztn_day_cnt as decimal(18, 2)) as pass_through_amount,
  -- teaching, disproportionate share (operating and capital) and uncompensated care
  cast(coalesce(ime_op_clm_val_amt, 0) + coalesce(dsh_op_clm_val_amt, 0) + coalesce(clm_uncompd_care_pmt_amt, 0)
    + coalesce(clm_pps_cptl_ime_amt, 0) + coalesce(clm_pps_cptl_dsprprtnt_shr_amt, 0) as decimal(18, 2))
    as add_on_amount,
  service_month
from versioned
join person_map as who on who.identifier = person_key
where place = 1
