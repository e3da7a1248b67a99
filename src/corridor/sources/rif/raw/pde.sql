-- rif_raw.pde
select
  pde_id, coalesce(dml_ind, 'INSERT') as dml_ind, coalesce(pd_dt, srvc_dt) as version_date,
  $load_sequence as load_sequence, $file_number as file_number, line_number as file_line, person_id, final_action,
  adjstmt_dltn_cd, srvc_dt, pd_dt, srvc_prvdr_id, prscrbr_id,
  -- qualifier 01: the prescriber is named by NPI
  case when prscrbr_id_qlfyr_cd = '01' then prscrbr_id end as prscrbr_npi, prod_srvc_id, qty_dspnsd_num,
  days_suply_num, fill_num, ptnt_pay_amt, lics_amt, cvrd_d_plan_pd_amt, ncvrd_plan_pd_amt, tot_rx_cst_amt,
  cx_month_of(srvc_dt) as service_month
from staged
join person_map as who on who.identifier = $bene
