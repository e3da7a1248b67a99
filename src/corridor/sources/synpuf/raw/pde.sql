-- synpuf_raw.pde
select
  pde_id, $load_sequence as load_sequence, line_number as file_line, person_id, srvc_dt, prod_srvc_id, qty_dspnsd_num,
  days_suply_num, ptnt_pay_amt, tot_rx_cst_amt, cx_month_of(srvc_dt) as service_month
from staged
join person_map as who on who.identifier = $person
