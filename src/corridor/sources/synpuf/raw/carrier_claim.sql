-- synpuf_raw.claim: the sum of the lines, of which DE-SynPUF gives no total
select
  clm_id, $load_sequence as load_sequence, person_id, '$claim_type_code' as claim_type_code, clm_from_dt, clm_thru_dt,
  cast($paid as decimal(18, 2)) as clm_pmt_amt, cast(0 as decimal(18, 2)) as pass_through_amount,
  cx_month_of(clm_thru_dt) as service_month
from staged
join person_map as who on who.identifier = $person
