-- rif_raw.claim: the claim once; of the rows that repeat it, the first of the file
select
  clm_id, dml_ind, version_date, load_sequence, file_number, person_id, '$claim_type' as claim_type, final_action,
  -- ResDAC: a payment denial code of 0 denies the whole claim
  coalesce(carr_clm_pmt_dnl_cd = '0', false) as denied,
  nch_clm_type_cd, clm_from_dt, clm_thru_dt, nch_wkly_proc_dt, cast(null as date) as fi_clm_proc_dt,
  cast(null as date) as clm_admsn_dt, cast(null as date) as nch_bene_dschrg_dt,
  cast(null as varchar) as clm_ip_admsn_type_cd, cast(null as varchar) as clm_src_ip_admsn_cd,
  cast(null as varchar) as ptnt_dschrg_stus_cd, cast(null as varchar) as bill_type_code,
  cast(null as varchar) as clm_drg_cd, cast(null as varchar) as prvdr_num, provider_state_fips,
  carr_num as contractor_number, org_npi_num, cast(null as varchar) as at_physn_npi,
  cast(null as varchar) as op_physn_npi, rfr_physn_npi, carr_clm_blg_npi_num,
  cast(null as varchar) as nch_prmry_pyr_cd, clm_pmt_amt, cast(null as decimal(18, 2)) as clm_tot_chrg_amt,
  cast(null as decimal(18, 2)) as deductible_amount, cast(null as decimal(18, 2)) as coinsurance_amount,
  cast(null as decimal(18, 2)) as pass_through_amount, cast(null as decimal(18, 2)) as add_on_amount, service_month
from versioned
join person_map as who on who.identifier = person_key
where place = 1
