-- step:      cclf.institutional_line
-- makes:     one row per revenue line of a final, paid institutional claim; a claim without lines has one
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.claim_version, cclf.part_a_record, cclf_raw.cclf1, cclf_raw.cclf2
-- cites:     CCLF Information Packet v38, sections 3.5 (line payments only where they sum to the header) and 5;
--            add-on payments of claim type 60
-- evidence:  cclf.part_a_record(source_id, cur_clm_uniq_id)
-- partition: service_month
with head as (
  select
    raw.*, record.ccn, record.person_id as kept_person_id, record.clm_actv_care_from_dt,
    record.coinsurance_amount, record.deductible_amount, record.sequestration_amount,
    record.incentive_amount,
    version.net_amount + coalesce(record.inclusion_amount - record.paid_amount, 0) as net_amount
  from cclf.claim_version as version
  join cclf.part_a_record as record
    on record.source_id = version.source_id and record.cur_clm_uniq_id = version.cur_clm_uniq_id
  join cclf_raw.cclf1 as raw
    on raw.source_id = version.source_id and raw.delivery_id = version.delivery_id
    and raw.line_number = version.line_number and raw.cur_clm_uniq_id = version.cur_clm_uniq_id
  where version.file_type = 'cclf1' and version.outcome = 'final'
),
line as (
  select
    source_id, cur_clm_uniq_id, clm_line_num, clm_line_from_dt, clm_line_thru_dt, clm_line_prod_rev_ctr_cd,
    clm_line_instnl_rev_ctr_dt, clm_line_hcpcs_cd, clm_line_srvc_unit_qty, clm_line_cvrd_pd_amt,
    hcpcs_1_mdfr_cd, hcpcs_2_mdfr_cd, hcpcs_3_mdfr_cd, hcpcs_4_mdfr_cd, hcpcs_5_mdfr_cd,
    row_number() over (
      partition by source_id, cur_clm_uniq_id, clm_line_num
      order by file_date desc nulls last, delivery_id desc, line_number desc
    ) as version_place
  from cclf_raw.cclf2
),
-- revenue center 0001 repeats the total of the claim
counted as (
  select
    line.*,
    row_number() over (partition by source_id, cur_clm_uniq_id order by clm_line_num) as place,
    sum(coalesce(clm_line_cvrd_pd_amt, 0)) over (partition by source_id, cur_clm_uniq_id) as line_total
  from line
  where version_place = 1 and coalesce(clm_line_prod_rev_ctr_cd, '') <> '0001'
),
placed as (
  select
    head.*, coalesce(counted.place, 1) = 1 as is_first, coalesce(counted.clm_line_num, 1) as line_num,
    counted.clm_line_from_dt, counted.clm_line_thru_dt, counted.clm_line_prod_rev_ctr_cd,
    counted.clm_line_instnl_rev_ctr_dt, counted.clm_line_hcpcs_cd, counted.clm_line_srvc_unit_qty,
    counted.hcpcs_1_mdfr_cd, counted.hcpcs_2_mdfr_cd, counted.hcpcs_3_mdfr_cd, counted.hcpcs_4_mdfr_cd,
    counted.hcpcs_5_mdfr_cd, counted.clm_line_cvrd_pd_amt,
    coalesce(counted.line_total = head.net_amount, false) as lines_sum
  from head
  left join counted
    on counted.source_id = head.source_id and counted.cur_clm_uniq_id = head.cur_clm_uniq_id
)
select
  source_id, delivery_id, cur_clm_uniq_id as claim_id, cast(line_num as integer) as claim_line_number,
  'institutional' as claim_type, clm_type_cd as claim_type_code, kept_person_id as person_id,
  clm_from_dt as claim_start_date, clm_thru_dt as claim_end_date,
  coalesce(clm_line_from_dt, clm_line_instnl_rev_ctr_dt, clm_from_dt) as claim_line_start_date,
  coalesce(clm_line_thru_dt, clm_line_instnl_rev_ctr_dt, clm_thru_dt) as claim_line_end_date,
  case
    when clm_type_cd in ('40', '10') then null
    when cx_is_missing_date(clm_actv_care_from_dt) then clm_from_dt
    else clm_actv_care_from_dt
  end as admission_date,
  -- status 30: still a patient
  case when clm_type_cd not in ('40', '10') and coalesce(bene_ptnt_stus_cd, '30') <> '30' then clm_thru_dt end
    as discharge_date,
  clm_admsn_src_cd as admit_source_code, clm_admsn_type_cd as admit_type_code,
  bene_ptnt_stus_cd as discharge_disposition_code,
  nullif(concat(coalesce(clm_bill_fac_type_cd, ''), coalesce(clm_bill_clsfctn_cd, ''),
    coalesce(clm_bill_freq_cd, '')), '') as bill_type_code,
  case when dgns_drg_cd like '0___' then right(dgns_drg_cd, length(dgns_drg_cd) - 1) else dgns_drg_cd end
    as drg_code,
  clm_line_prod_rev_ctr_cd as revenue_center_code, clm_line_srvc_unit_qty as service_unit_quantity,
  clm_line_hcpcs_cd as hcpcs_code, hcpcs_1_mdfr_cd, hcpcs_2_mdfr_cd, hcpcs_3_mdfr_cd, hcpcs_4_mdfr_cd,
  hcpcs_5_mdfr_cd, coalesce(clm_blg_prvdr_npi_num, fac_prvdr_npi_num) as facility_npi,
  nullif(ccn, '') as facility_ccn, coalesce(clm_atndg_prvdr_npi_num, atndg_prvdr_npi_num) as attending_npi,
  coalesce(clm_oprtg_prvdr_npi_num, oprtg_prvdr_npi_num) as operating_npi,
  clm_nch_prmry_pyr_cd as primary_payer_code, prvdr_fac_fips_st_cd as provider_state_code,
  clm_cntrctr_num as contractor_number, clm_efctv_dt as paid_date,
  cast(case
    when lines_sum then coalesce(clm_line_cvrd_pd_amt, 0)
    when is_first then net_amount
    else 0
  end as decimal(18, 2)) as paid_amount,
  case when is_first then clm_mdcr_instnl_tot_chrg_amt end as charge_amount,
  case when is_first then coinsurance_amount end as coinsurance_amount,
  case when is_first then deductible_amount end as deductible_amount,
  case when is_first then sequestration_amount end as sequestration_amount,
  cast(case
    when is_first and clm_type_cd = '60' then coalesce(clm_mdcr_ip_pps_cptl_ime_amt, 0)
      + coalesce(clm_oprtnl_ime_amt, 0) + coalesce(clm_mdcr_ip_pps_dsprprtnt_amt, 0)
      + coalesce(clm_oprtnl_dsprprtnt_amt, 0) + coalesce(clm_hipps_uncompd_care_amt, 0)
    else 0
  end as decimal(18, 2)) as add_on_amount,
  case when is_first then incentive_amount end as incentive_amount, service_month
from placed
