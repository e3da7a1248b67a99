-- step:      cclf.part_b_record
-- makes:     one row per line of a Part B or DME claim version as delivered last; repeats of earlier files are gone
-- key:       source_id, file_type, cur_clm_uniq_id, clm_line_num
-- reads:     cclf_raw.cclf5, cclf_raw.cclf6, identity.person_alias
-- rules:     claims.cclf_allowed_indicator
-- cites:     CCLF Information Packet v38, sections 3.2 and 5.1; most recent MBI by CCLF9
-- evidence:  none
-- partition: service_month
with delivered as (
  select
    'cclf5' as file_type, source_id, delivery_id, file_date, line_number, person_id, cur_clm_uniq_id,
    clm_line_num, coalesce(clm_cntl_num, cur_clm_uniq_id) as natural_key, clm_adjsmt_type_cd,
    clm_carr_pmt_dnl_cd, clm_prcsg_ind_cd, clm_line_cvrd_pd_amt, clm_line_alowd_chrg_amt, clm_efctv_dt,
    service_month
  from cclf_raw.cclf5
  union all
  select
    'cclf6' as file_type, source_id, delivery_id, file_date, line_number, person_id, cur_clm_uniq_id,
    clm_line_num, coalesce(clm_cntl_num, cur_clm_uniq_id) as natural_key, clm_adjsmt_type_cd,
    clm_carr_pmt_dnl_cd, clm_prcsg_ind_cd, clm_line_cvrd_pd_amt, clm_line_alowd_chrg_amt, clm_efctv_dt,
    service_month
  from cclf_raw.cclf6
),
placed as (
  select
    delivered.*,
    row_number() over (
      partition by source_id, file_type, cur_clm_uniq_id, clm_line_num
      order by file_date desc nulls last, delivery_id desc, line_number desc
    ) as place
  from delivered
)
select
  placed.source_id, placed.file_type, placed.cur_clm_uniq_id, placed.clm_line_num, placed.delivery_id,
  placed.line_number, coalesce(alias.kept_person_id, placed.person_id) as person_id, placed.natural_key,
  coalesce(placed.clm_adjsmt_type_cd, '0') = '1' as is_cancellation,
  coalesce(placed.clm_carr_pmt_dnl_cd, '') = '0'
    or (placed.clm_prcsg_ind_cd is not null and allowed.indicator is null) as is_denied,
  coalesce(placed.clm_line_cvrd_pd_amt, 0) as paid_amount,
  coalesce(placed.clm_line_alowd_chrg_amt, 0) as allowed_amount,
  placed.clm_efctv_dt, placed.service_month
from placed
left join identity.person_alias as alias on alias.person_id = placed.person_id
left join rules.claims_cclf_allowed_indicator as allowed on allowed.indicator = placed.clm_prcsg_ind_cd
where placed.place = 1
