-- synpuf_raw.claim_line: the lines of a carrier row that say anything
select
  clm_id, entry['line'] as line_num, $load_sequence as load_sequence, person_id, 'professional' as claim_type,
  '$claim_type_code' as claim_type_code, clm_from_dt, clm_thru_dt, cast(null as date) as clm_admsn_dt,
  cast(null as date) as nch_bene_dschrg_dt, cast(null as varchar) as clm_drg_cd, entry['hcpcs'] as hcpcs_cd,
  entry['diagnosis'] as line_icd9_dgns_cd,
  -- with these processing codes the lines sum to the yearly totals CMS gives; with O (other) they do not
  coalesce(entry['processing'] not in ('A', 'R', 'S'), false) as line_denied, entry['npi'] as prf_physn_npi,
  entry['tin'] as tax_num, cast(null as varchar) as prvdr_num, cast(null as varchar) as at_physn_npi,
  cast(null as varchar) as op_physn_npi, entry['paid'] as paid_amount, entry['allowed'] as allowed_amount,
  entry['deductible'] as deductible_amount, entry['coinsurance'] as coinsurance_amount,
  cx_month_of(clm_thru_dt) as service_month
from (select *, unnest([$entries]) as entry from staged) as entries
join person_map as who on who.identifier = $person
where coalesce(entry['hcpcs'], entry['npi'], entry['tin'], entry['processing'], entry['diagnosis']) is not null
  or entry['paid'] <> 0 or entry['allowed'] <> 0
