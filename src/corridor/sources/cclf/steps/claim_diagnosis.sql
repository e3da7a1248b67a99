-- step:      cclf.claim_diagnosis
-- makes:     one row per diagnosis of a final claim: the principal one first, each code once
-- key:       source_id, claim_id, diagnosis_sequence
-- reads:     cclf.institutional_line, cclf.professional_line, cclf_raw.cclf1, cclf_raw.cclf4, cclf_raw.cclf5
-- cites:     CCLF Information Packet v38, tables 15, 18 and 19
-- evidence:  cclf.medical_claim(source_id, claim_id)
-- partition: service_month
with facility_claim as (
  select distinct source_id, delivery_id, claim_id, person_id, service_month from cclf.institutional_line
),
carrier_claim as (
  select source_id, delivery_id, claim_id, cur_clm_uniq_id, person_id, service_month,
    min(claim_line_number) as first_line
  from cclf.professional_line
  where file_type = 'cclf5'
  group by source_id, delivery_id, claim_id, cur_clm_uniq_id, person_id, service_month
),
-- the twelve places of a carrier claim, in order
place_of as (
  select letter
  from (values ('a'), ('b'), ('c'), ('d'), ('e'), ('f'), ('g'), ('h'), ('i'), ('j'), ('k'), ('l'))
    as listed(letter)
),
carrier_line as (
  select claim.*, raw.dgns_prcdr_icd_ind, raw.clm_dgns_1_cd, raw.clm_dgns_2_cd, raw.clm_dgns_3_cd,
    raw.clm_dgns_4_cd, raw.clm_dgns_5_cd, raw.clm_dgns_6_cd, raw.clm_dgns_7_cd, raw.clm_dgns_8_cd,
    raw.clm_dgns_9_cd, raw.clm_dgns_10_cd, raw.clm_dgns_11_cd, raw.clm_dgns_12_cd,
    row_number() over (
      partition by raw.source_id, raw.delivery_id, raw.cur_clm_uniq_id order by raw.line_number
    ) as version_place
  from carrier_claim as claim
  join cclf_raw.cclf5 as raw
    on raw.source_id = claim.source_id and raw.delivery_id = claim.delivery_id
    and raw.cur_clm_uniq_id = claim.cur_clm_uniq_id and raw.clm_line_num = claim.first_line
),
-- the order in which codes stand: the principal one, the twelve or those of CCLF4, external causes last
found as (
  select claim.*, raw.prncpl_dgns_cd as code, raw.dgns_prcdr_icd_ind as indicator,
    cast(null as varchar) as poa, 'a' as stands
  from facility_claim as claim
  join cclf_raw.cclf1 as raw
    on raw.source_id = claim.source_id and raw.delivery_id = claim.delivery_id
    and raw.cur_clm_uniq_id = claim.claim_id
  union all
  select claim.*, raw.clm_dgns_cd, raw.dgns_prcdr_icd_ind, raw.clm_poa_ind,
    concat(case when raw.clm_prod_type_cd = 'D' then 'b' else 'c' end,
      cast(100 + coalesce(raw.clm_val_sqnc_num, 0) as varchar))
  from facility_claim as claim
  join cclf_raw.cclf4 as raw on raw.source_id = claim.source_id and raw.cur_clm_uniq_id = claim.claim_id
  union all
  select source_id, delivery_id, claim_id, person_id, service_month,
    case letter
      when 'a' then clm_dgns_1_cd when 'b' then clm_dgns_2_cd when 'c' then clm_dgns_3_cd
      when 'd' then clm_dgns_4_cd when 'e' then clm_dgns_5_cd when 'f' then clm_dgns_6_cd
      when 'g' then clm_dgns_7_cd when 'h' then clm_dgns_8_cd when 'i' then clm_dgns_9_cd
      when 'j' then clm_dgns_10_cd when 'k' then clm_dgns_11_cd when 'l' then clm_dgns_12_cd
    end,
    dgns_prcdr_icd_ind, null, letter
  from carrier_line
  cross join place_of
  where version_place = 1
),
-- a code is listed once, where it stands first; its present-on-admission flag may stand elsewhere
listed as (
  select source_id, delivery_id, claim_id, person_id, service_month, code, max(indicator) as indicator,
    max(poa) as poa, min(stands) as stands
  from found
  where code is not null
  group by source_id, delivery_id, claim_id, person_id, service_month, code
)
select
  source_id, delivery_id, claim_id, person_id,
  cast(row_number() over (partition by source_id, claim_id order by stands, code) as integer)
    as diagnosis_sequence,
  code as diagnosis_code,
  case when indicator = '9' then 'icd-9-cm' else 'icd-10-cm' end as diagnosis_code_type,
  poa as present_on_admission, service_month
from listed
