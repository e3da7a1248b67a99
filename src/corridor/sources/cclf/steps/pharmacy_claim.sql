-- step:      cclf.pharmacy_claim
-- makes:     one row per drug event that stands: the most recent of its key over all files, unless cancelled
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf_raw.cclf7, identity.person_alias
-- cites:     CCLF Information Packet v38, sections 5.1.2 and 5.2 (Part D)
-- evidence:  none
-- partition: service_month
with placed as (
  select
    source_id, delivery_id, person_id, cur_clm_uniq_id, clm_line_ndc_cd, clm_type_cd, clm_line_from_dt,
    clm_srvc_prvdr_gnrc_id_num, clm_line_srvc_unit_qty, clm_line_days_suply_qty, prvdr_prsbng_id_qlfyr_cd,
    clm_prsbng_prvdr_gnrc_id_num, clm_line_bene_pmt_amt, clm_adjsmt_type_cd, clm_efctv_dt,
    clm_line_rx_fill_num, service_month,
    row_number() over (
      partition by source_id, clm_line_from_dt, prvdr_srvc_id_qlfyr_cd, clm_srvc_prvdr_gnrc_id_num,
        clm_dspnsng_stus_cd, clm_line_rx_srvc_rfrnc_num, clm_line_rx_fill_num
      order by file_date desc nulls last, clm_efctv_dt desc nulls last, clm_adjsmt_type_cd desc,
        cur_clm_uniq_id desc, delivery_id desc, line_number desc
    ) as place
  from cclf_raw.cclf7
),
standing as (
  select
    placed.*,
    row_number() over (
      partition by source_id, cur_clm_uniq_id order by clm_efctv_dt desc, clm_line_ndc_cd, delivery_id
    ) as line
  from placed
  where place = 1 and coalesce(clm_adjsmt_type_cd, '0') <> '1' and coalesce(clm_type_cd, '') <> '03'
    and clm_line_ndc_cd is not null
)
select
  standing.source_id, standing.delivery_id, standing.cur_clm_uniq_id as claim_id,
  cast(standing.line as integer) as claim_line_number,
  coalesce(alias.kept_person_id, standing.person_id) as person_id,
  standing.clm_srvc_prvdr_gnrc_id_num as dispensing_provider_id,
  standing.clm_prsbng_prvdr_gnrc_id_num as prescribing_provider_id,
  -- qualifier 01: the identifier is an NPI
  case when standing.prvdr_prsbng_id_qlfyr_cd = '01' then standing.clm_prsbng_prvdr_gnrc_id_num end
    as prescribing_npi,
  standing.clm_line_from_dt as dispensing_date, standing.clm_line_ndc_cd as ndc_code,
  standing.clm_line_srvc_unit_qty as quantity, standing.clm_line_days_suply_qty as days_supply,
  try_cast(standing.clm_line_rx_fill_num as integer) as refills, standing.clm_efctv_dt as paid_date,
  cast(null as decimal(18, 2)) as paid_amount, cast(null as decimal(18, 2)) as allowed_amount,
  standing.clm_line_bene_pmt_amt as copayment_amount, cast(null as decimal(18, 2)) as gross_drug_cost,
  standing.service_month
from standing
left join identity.person_alias as alias on alias.person_id = standing.person_id
