-- step:      rif.institutional_line
-- makes:     one row per revenue line of a final, paid institutional claim, with the amounts it answers for: its
--            own where the lines sum to the payment of the claim, else those of the claim on the first line
-- key:       source_id, clm_id, clm_line_num
-- reads:     rif_raw.institutional_line, rif_raw.claim, rif.claim
-- cites:     CMS research identifiable files, revenue centre payment; docs/sources/rif.md
-- evidence:  none
-- partition: service_month
with lines as (
  select
    line.source_id, line.delivery_id, line.clm_id, line.clm_line_num, line.rev_cntr, line.rev_cntr_dt,
    line.hcpcs_cd, line.hcpcs_1st_mdfr_cd, line.hcpcs_2nd_mdfr_cd, line.rev_cntr_unit_cnt,
    line.rev_cntr_cash_ddctbl_amt, line.rev_cntr_coinsrnc_wge_adjstd_c, line.rev_cntr_pmt_amt_amt,
    line.rev_cntr_tot_chrg_amt, line.rndrng_physn_npi, line.service_month, head.clm_pmt_amt,
    head.clm_tot_chrg_amt, head.deductible_amount, head.coinsurance_amount, head.add_on_amount,
    row_number() over (
      partition by line.source_id, line.clm_id, line.clm_line_num order by line.file_line desc
    ) as place
  from rif_raw.institutional_line as line
  join rif.claim as kept
    on kept.source_id = line.source_id and kept.clm_id = line.clm_id and kept.delivery_id = line.delivery_id
    and kept.dml_ind = line.dml_ind and kept.version_date = line.version_date
    and kept.load_sequence = line.load_sequence and kept.file_number = line.file_number
    and kept.claim_month = line.service_month and kept.dropped_because is null
  join rif_raw.claim as head
    on head.source_id = kept.source_id and head.clm_id = kept.clm_id and head.delivery_id = kept.delivery_id
    and head.dml_ind = kept.dml_ind and head.version_date = kept.version_date
    and head.load_sequence = kept.load_sequence and head.file_number = kept.file_number
    and head.service_month = kept.claim_month
),
placed as (
  select
    source_id, delivery_id, clm_id, clm_line_num, rev_cntr, rev_cntr_dt, hcpcs_cd, hcpcs_1st_mdfr_cd,
    hcpcs_2nd_mdfr_cd, rev_cntr_unit_cnt, rev_cntr_cash_ddctbl_amt, rev_cntr_coinsrnc_wge_adjstd_c,
    rev_cntr_pmt_amt_amt, rev_cntr_tot_chrg_amt, rndrng_physn_npi, service_month, clm_pmt_amt,
    clm_tot_chrg_amt, deductible_amount, coinsurance_amount, add_on_amount,
    row_number() over (partition by source_id, clm_id order by clm_line_num) = 1 as is_first,
    sum(coalesce(rev_cntr_pmt_amt_amt, 0)) over (partition by source_id, clm_id)
      = coalesce(clm_pmt_amt, 0) and coalesce(clm_pmt_amt, 0) <> 0 as lines_sum,
    -- the line of all charges repeats the other lines, where there are others
    rev_cntr = '0001' and sum(case when rev_cntr = '0001' then 0 else 1 end)
      over (partition by source_id, clm_id) > 0 as is_total
  from lines
  where place = 1
)
select
  source_id, delivery_id, clm_id, clm_line_num, rev_cntr, rev_cntr_dt, hcpcs_cd, hcpcs_1st_mdfr_cd,
  hcpcs_2nd_mdfr_cd, rev_cntr_unit_cnt, rndrng_physn_npi, is_first,
  cast(case
    when lines_sum then coalesce(rev_cntr_pmt_amt_amt, 0) when is_first then coalesce(clm_pmt_amt, 0) else 0
  end as decimal(18, 2)) as paid_amount,
  cast(case
    when lines_sum then coalesce(rev_cntr_cash_ddctbl_amt, 0) when is_first then coalesce(deductible_amount, 0) else 0
  end as decimal(18, 2)) as deductible_amount,
  cast(case
    when lines_sum then coalesce(rev_cntr_coinsrnc_wge_adjstd_c, 0)
    when is_first then coalesce(coinsurance_amount, 0) else 0
  end as decimal(18, 2)) as coinsurance_amount,
  cast(case when is_first then coalesce(add_on_amount, 0) else 0 end as decimal(18, 2)) as add_on_amount,
  cast(case when is_total then 0 else coalesce(rev_cntr_tot_chrg_amt, 0) end as decimal(18, 2)) as charge_amount,
  service_month
from placed
