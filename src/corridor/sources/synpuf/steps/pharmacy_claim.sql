-- step:      synpuf.pharmacy_claim
-- makes:     one row per drug event
-- key:       source_id, claim_id, claim_line_number
-- reads:     synpuf_raw.pde, identity.person_alias
-- cites:     CMS DE-SynPUF codebook; docs/sources/synpuf.md
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
with newest as (
  select
    source_id, delivery_id, pde_id, person_id, srvc_dt, prod_srvc_id, qty_dspnsd_num, days_suply_num, ptnt_pay_amt,
    tot_rx_cst_amt, service_month,
    row_number() over (
      partition by source_id, pde_id order by load_sequence desc, delivery_id desc, file_line desc
    ) as place
  from synpuf_raw.pde
)
select
  event.source_id, event.delivery_id, event.pde_id as claim_id, 1 as claim_line_number,
  coalesce(alias.kept_person_id, event.person_id) as person_id, cast(null as varchar) as dispensing_provider_id,
  cast(null as varchar) as prescribing_provider_id, cast(null as varchar) as prescribing_npi,
  event.srvc_dt as dispensing_date, event.prod_srvc_id as ndc_code, event.qty_dspnsd_num as quantity,
  event.days_suply_num as days_supply, cast(null as integer) as refills, cast(null as date) as paid_date,
  cast(coalesce(event.tot_rx_cst_amt, 0) - coalesce(event.ptnt_pay_amt, 0) as decimal(18, 2)) as paid_amount,
  event.tot_rx_cst_amt as allowed_amount, event.ptnt_pay_amt as copayment_amount,
  event.tot_rx_cst_amt as gross_drug_cost, event.service_month
from newest as event
left join identity.person_alias as alias on alias.person_id = event.person_id
where event.place = 1
