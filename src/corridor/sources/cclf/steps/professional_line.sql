-- step:      cclf.professional_line
-- makes:     one row per allowed line of a final Part B claim (carrier and durable medical equipment)
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.claim_version, cclf.part_b_record, cclf_raw.cclf5, cclf_raw.cclf6, cclf_raw.cclfb
-- cites:     CCLF Information Packet v38, sections 3.2 and 5; CCLFB amounts: table 26
-- evidence:  cclf.part_b_record(source_id, cur_clm_uniq_id, clm_line_num)
-- partition: service_month
with kept as (
  select
    record.*,
    -- what a cancellation of another amount took from the claim goes with its first line
    case
      when record.clm_line_num = version.first_kept_line
        then version.net_amount - version.paid_amount + version.denied_line_amount
      else 0
    end as unmatched_amount
  from cclf.part_b_record as record
  join cclf.claim_version as version
    on version.source_id = record.source_id and version.file_type = record.file_type
    and version.cur_clm_uniq_id = record.cur_clm_uniq_id and version.outcome = 'final'
  where not record.is_denied
),
extra as (
  select
    source_id, delivery_id, cur_clm_uniq_id, clm_line_num,
    max(case when clm_line_ngaco_pbpmt_sw = 'Y' or clm_line_ngaco_cptatn_sw = 'Y' then clm_pbp_inclsn_amt end)
      as inclusion_amount,
    max(clm_mdcr_ddctbl_amt) as deductible_amount, max(clm_sqstrtn_rdctn_amt) as sequestration_amount
  from cclf_raw.cclfb
  group by source_id, delivery_id, cur_clm_uniq_id, clm_line_num
),
-- some test sets number their files alike: the later file's claim then carries the letter of its file
taken as (
  select source_id, cur_clm_uniq_id, file_type from cclf.claim_version where file_type <> 'cclf6'
),
clash as (
  select distinct source_id, cur_clm_uniq_id, later.file_type
  from taken
  join (select 'cclf5' as file_type union all select 'cclf6' as file_type) as later
    on later.file_type > taken.file_type
),
carrier as (
  select
    kept.*, 'professional' as claim_type, raw.clm_type_cd, raw.clm_from_dt, raw.clm_thru_dt,
    raw.clm_line_from_dt, raw.clm_line_thru_dt, raw.clm_pos_cd, raw.clm_line_srvc_unit_qty,
    raw.clm_line_hcpcs_cd, raw.hcpcs_1_mdfr_cd, raw.hcpcs_2_mdfr_cd, raw.hcpcs_3_mdfr_cd,
    raw.hcpcs_4_mdfr_cd, raw.hcpcs_5_mdfr_cd, raw.clm_line_dgns_cd,
    coalesce(raw.clm_rndrg_prvdr_npi_num, raw.rndrg_prvdr_npi_num) as rendering_npi,
    replace(raw.clm_rndrg_prvdr_tax_num, '-', '') as tin, raw.clm_prvdr_spclty_cd,
    cast(null as varchar) as billing_npi, raw.clm_rfrg_prvdr_npi_num as referring_npi,
    raw.clm_line_prmry_pyr_cd as payer, raw.rndrg_prvdr_fips_st_cd as provider_state_code,
    raw.clm_cntrctr_num, extra.inclusion_amount, extra.deductible_amount, extra.sequestration_amount
  from kept
  join cclf_raw.cclf5 as raw
    on raw.source_id = kept.source_id and raw.delivery_id = kept.delivery_id
    and raw.line_number = kept.line_number and raw.cur_clm_uniq_id = kept.cur_clm_uniq_id
  left join extra
    on extra.source_id = kept.source_id and extra.delivery_id = kept.delivery_id
    and extra.cur_clm_uniq_id = kept.cur_clm_uniq_id and extra.clm_line_num = kept.clm_line_num
  where kept.file_type = 'cclf5'
),
supplier as (
  select
    kept.*, 'dme' as claim_type, raw.clm_type_cd, raw.clm_from_dt, raw.clm_thru_dt, raw.clm_line_from_dt,
    raw.clm_line_thru_dt, raw.clm_pos_cd, cast(null as decimal(18, 4)) as clm_line_srvc_unit_qty,
    raw.clm_line_hcpcs_cd, cast(null as varchar) as hcpcs_1_mdfr_cd, cast(null as varchar) as hcpcs_2_mdfr_cd,
    cast(null as varchar) as hcpcs_3_mdfr_cd, cast(null as varchar) as hcpcs_4_mdfr_cd,
    cast(null as varchar) as hcpcs_5_mdfr_cd, cast(null as varchar) as clm_line_dgns_cd,
    coalesce(raw.clm_blg_prvdr_npi_num, raw.payto_prvdr_npi_num) as rendering_npi,
    cast(null as varchar) as tin, cast(null as varchar) as clm_prvdr_spclty_cd,
    coalesce(raw.clm_blg_prvdr_npi_num, raw.payto_prvdr_npi_num) as billing_npi,
    coalesce(raw.clm_rfrg_prvdr_npi_num, raw.ordrg_prvdr_npi_num) as referring_npi,
    raw.clm_prmry_pyr_cd as payer, cast(null as varchar) as provider_state_code,
    cast(null as varchar) as clm_cntrctr_num, cast(null as decimal(18, 2)) as inclusion_amount,
    cast(null as decimal(18, 2)) as deductible_amount, cast(null as decimal(18, 2)) as sequestration_amount
  from kept
  join cclf_raw.cclf6 as raw
    on raw.source_id = kept.source_id and raw.delivery_id = kept.delivery_id
    and raw.line_number = kept.line_number and raw.cur_clm_uniq_id = kept.cur_clm_uniq_id
  where kept.file_type = 'cclf6'
),
billed as (
  select * from carrier
  union all
  select * from supplier
)
select
  billed.source_id, billed.delivery_id,
  case
    when clash.cur_clm_uniq_id is null then billed.cur_clm_uniq_id
    when billed.file_type = 'cclf5' then concat(billed.cur_clm_uniq_id, '-B')
    else concat(billed.cur_clm_uniq_id, '-DME')
  end as claim_id,
  cast(billed.clm_line_num as integer) as claim_line_number, billed.file_type, billed.cur_clm_uniq_id,
  billed.claim_type, billed.clm_type_cd as claim_type_code, billed.person_id, billed.clm_from_dt as claim_start_date,
  billed.clm_thru_dt as claim_end_date, billed.clm_line_from_dt as claim_line_start_date,
  billed.clm_line_thru_dt as claim_line_end_date, billed.clm_pos_cd as place_of_service_code,
  billed.clm_line_srvc_unit_qty as service_unit_quantity, billed.clm_line_hcpcs_cd as hcpcs_code,
  billed.hcpcs_1_mdfr_cd, billed.hcpcs_2_mdfr_cd, billed.hcpcs_3_mdfr_cd, billed.hcpcs_4_mdfr_cd,
  billed.hcpcs_5_mdfr_cd, billed.clm_line_dgns_cd as line_diagnosis_code, billed.rendering_npi, billed.tin,
  billed.clm_prvdr_spclty_cd as rendering_specialty_code, billed.billing_npi, billed.referring_npi,
  billed.payer as primary_payer_code, billed.provider_state_code, billed.clm_cntrctr_num as contractor_number,
  billed.clm_efctv_dt as paid_date,
  cast(coalesce(nullif(billed.inclusion_amount, 0), billed.paid_amount)
    + billed.unmatched_amount as decimal(18, 2)) as paid_amount,
  billed.allowed_amount, billed.deductible_amount, billed.sequestration_amount, billed.service_month
from billed
left join clash
  on clash.source_id = billed.source_id and clash.cur_clm_uniq_id = billed.cur_clm_uniq_id
  and clash.file_type = billed.file_type
