-- step:      cclf.claim_procedure
-- makes:     one row per ICD procedure of a final institutional claim
-- key:       source_id, claim_id, procedure_sequence
-- reads:     cclf.institutional_line, cclf_raw.cclf3
-- cites:     CCLF Information Packet v38, table 17
-- evidence:  cclf.medical_claim(source_id, claim_id)
-- partition: service_month
with claim as (
  select distinct source_id, delivery_id, claim_id, person_id, service_month from cclf.institutional_line
),
performed as (
  select
    claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month,
    raw.clm_prcdr_cd as code, raw.clm_prcdr_prfrm_dt as performed_on, max(raw.dgns_prcdr_icd_ind) as indicator,
    min(raw.clm_val_sqnc_num) as place
  from claim
  join cclf_raw.cclf3 as raw on raw.source_id = claim.source_id and raw.cur_clm_uniq_id = claim.claim_id
  where raw.clm_prcdr_cd is not null
  group by claim.source_id, claim.delivery_id, claim.claim_id, claim.person_id, claim.service_month,
    raw.clm_prcdr_cd, raw.clm_prcdr_prfrm_dt
)
select
  source_id, delivery_id, claim_id, person_id,
  cast(row_number() over (partition by source_id, claim_id order by place, code, performed_on) as integer)
    as procedure_sequence,
  code as procedure_code,
  case when indicator = '9' then 'icd-9-pcs' else 'icd-10-pcs' end as procedure_code_type,
  case when not cx_is_missing_date(performed_on) then performed_on end as procedure_date, service_month
from performed
