-- step:      rif.pharmacy_claim
-- makes:     one row per final drug event, with the gross cost of the drug
-- key:       source_id, claim_id, claim_line_number
-- reads:     rif_raw.pde, rif.drug_event, identity.person_alias
-- cites:     CMS research identifiable files, Part D events; docs/sources/rif.md
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
select
  event.source_id, event.delivery_id, event.pde_id as claim_id, 1 as claim_line_number,
  coalesce(alias.kept_person_id, event.person_id) as person_id, event.srvc_prvdr_id as dispensing_provider_id,
  event.prscrbr_id as prescribing_provider_id, event.prscrbr_npi as prescribing_npi,
  event.srvc_dt as dispensing_date, event.prod_srvc_id as ndc_code, event.qty_dspnsd_num as quantity,
  event.days_suply_num as days_supply, event.fill_num as refills, event.pd_dt as paid_date,
  cast(
    coalesce(event.cvrd_d_plan_pd_amt, 0) + coalesce(event.ncvrd_plan_pd_amt, 0) + coalesce(event.lics_amt, 0)
    as decimal(18, 2)
  ) as paid_amount,
  event.tot_rx_cst_amt as allowed_amount, event.ptnt_pay_amt as copayment_amount,
  event.tot_rx_cst_amt as gross_drug_cost, event.service_month
from rif_raw.pde as event
join rif.drug_event as final
  on final.source_id = event.source_id and final.delivery_id = event.delivery_id and final.pde_id = event.pde_id
  and final.file_number = event.file_number and final.file_line = event.file_line
  and final.event_month = event.service_month and final.dropped_because is null
left join identity.person_alias as alias on alias.person_id = event.person_id
