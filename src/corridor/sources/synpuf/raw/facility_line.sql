-- synpuf_raw.claim_line: a line for every code, at least one a claim; the amounts of the claim on its first line
select
  clm_id, cast((segment - 1) * $width + entry['line'] as integer) as line_num, $load_sequence as load_sequence,
  person_id, 'institutional' as claim_type, '$claim_type_code' as claim_type_code, clm_from_dt, clm_thru_dt,
  clm_admsn_dt, nch_bene_dschrg_dt, clm_drg_cd, entry['hcpcs'] as hcpcs_cd,
  cast(null as varchar) as line_icd9_dgns_cd, false as line_denied, cast(null as varchar) as prf_physn_npi,
  cast(null as varchar) as tax_num, prvdr_num, at_physn_npi, op_physn_npi,
  cast(case when first then coalesce(clm_pmt_amt, 0) else 0 end as decimal(18, 2)) as paid_amount,
  cast(null as decimal(18, 2)) as allowed_amount,
  cast(case when first then
    coalesce(nch_bene_ip_ddctbl_amt, 0) + coalesce(nch_bene_blood_ddctbl_lblty_am, 0)
    + coalesce(nch_bene_ptb_ddctbl_amt, 0) else 0
  end as decimal(18, 2)) as deductible_amount,
  cast(case when first then
    coalesce(nch_bene_pta_coinsrnc_lblty_am, 0) + coalesce(nch_bene_ptb_coinsrnc_amt, 0) else 0
  end as decimal(18, 2)) as coinsurance_amount,
  cx_month_of(clm_thru_dt) as service_month
from (
  select *, is_head and entry['line'] = 1 as first
  from (select *, unnest([$entries]) as entry from facility where clm_thru_dt is not null) as codes
) as lines
join person_map as who on who.identifier = $person
where entry['hcpcs'] is not null or first
