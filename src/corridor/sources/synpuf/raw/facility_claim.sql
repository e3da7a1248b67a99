-- synpuf_raw.claim
select
  clm_id, $load_sequence as load_sequence, person_id, '$claim_type_code' as claim_type_code, clm_from_dt, clm_thru_dt,
  clm_pmt_amt,
  cast(coalesce(clm_pass_thru_per_diem_amt, 0) * coalesce(clm_utlztn_day_cnt, 0) as decimal(18, 2))
    as pass_through_amount,
  cx_month_of(clm_thru_dt) as service_month
from facility
join person_map as who on who.identifier = $person
where is_head and clm_thru_dt is not null
