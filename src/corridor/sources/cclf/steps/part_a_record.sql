-- step:      cclf.part_a_record
-- makes:     one row per institutional claim version as delivered last, with its natural key
-- key:       source_id, cur_clm_uniq_id
-- reads:     cclf_raw.cclf1, cclf_raw.cclfa, identity.person_alias
-- cites:     CCLF Information Packet v38, sections 3.2, 5.1.1, 5.1.2; CCLFA amounts: tables 25 and 26
-- evidence:  none
-- partition: service_month
with placed as (
  select
    source_id, delivery_id, line_number, person_id, cur_clm_uniq_id, clm_type_cd, clm_from_dt, clm_thru_dt,
    -- before packet v33 only the enrolment system's CCN was sent
    coalesce(clm_blg_prvdr_oscar_num, prvdr_oscar_num, '') as ccn,
    clm_mdcr_npmt_rsn_cd, clm_pmt_amt, clm_adjsmt_type_cd, clm_efctv_dt, service_month,
    row_number() over (
      partition by source_id, cur_clm_uniq_id
      order by file_date desc nulls last, delivery_id desc, line_number desc
    ) as place
  from cclf_raw.cclf1
),
-- one claim may have several rows in CCLFA, each with the same amounts
extra as (
  select
    source_id, delivery_id, cur_clm_uniq_id, max(clm_actv_care_from_dt) as clm_actv_care_from_dt,
    max(case when clm_ngaco_pbpmt_sw = 'Y' or clm_ngaco_cptatn_sw = 'Y' then clm_pbp_inclsn_amt end)
      as inclusion_amount,
    max(clm_mdcr_coinsrnc_amt) as coinsurance_amount,
    max(greatest(coalesce(clm_mdcr_ip_bene_ddctbl_amt, 0), coalesce(clm_mdcr_ddctbl_amt, 0)))
      as deductible_amount,
    max(clm_sqstrtn_rdctn_amt) as sequestration_amount, max(clm_mips_pmt_amt) as incentive_amount
  from cclf_raw.cclfa
  group by source_id, delivery_id, cur_clm_uniq_id
)
select
  placed.source_id, placed.cur_clm_uniq_id, placed.delivery_id, placed.line_number,
  coalesce(alias.kept_person_id, placed.person_id) as person_id,
  concat(placed.ccn, '|', cast(placed.clm_from_dt as varchar), '|', cast(placed.clm_thru_dt as varchar))
    as natural_key,
  placed.ccn, placed.clm_type_cd, coalesce(placed.clm_adjsmt_type_cd, '0') = '1' as is_cancellation,
  placed.clm_mdcr_npmt_rsn_cd is not null as is_denied,
  cast(coalesce(placed.clm_pmt_amt, 0) as decimal(18, 2)) as paid_amount,
  -- under population-based payments: what would have been paid without the reduction
  cast(nullif(extra.inclusion_amount, 0) as decimal(18, 2)) as inclusion_amount, extra.clm_actv_care_from_dt, extra.coinsurance_amount, extra.deductible_amount,
  extra.sequestration_amount, extra.incentive_amount, placed.clm_efctv_dt, placed.service_month
from placed
left join identity.person_alias as alias on alias.person_id = placed.person_id
left join extra
  on extra.source_id = placed.source_id and extra.delivery_id = placed.delivery_id
  and extra.cur_clm_uniq_id = placed.cur_clm_uniq_id
where placed.place = 1
