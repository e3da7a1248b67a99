-- step:      measures.delivery_version
-- makes:     one row per claim version of Parts A and B: whether the delivery before the newest knew it, what it did to
--            the dollars (new_claim, adjustment, cancellation), and its signed amount and services
-- key:       source_id, file_type, cur_clm_uniq_id
-- reads:     measures.delivery, cclf.claim_version, cclf.part_a_record, cclf.part_b_record, cclf_raw.cclf1,
--            cclf_raw.cclf5, cclf_raw.cclf6
-- rules:     claims.claim_setting
-- cites:     CCLF Information Packet v38, sections 5.2 and 5.3; amounts are unsigned, a cancellation takes one away
-- evidence:  cclf.claim_version(source_id, file_type, cur_clm_uniq_id)
-- partition: service_month
-- sources with one delivery only have nothing to compare, and are not read
with arrived as (
  select source_id, 'cclf1' as file_type, cur_clm_uniq_id, file_date from cclf_raw.cclf1
  where source_id in (select source_id from measures.delivery)
  union all
  select source_id, 'cclf5' as file_type, cur_clm_uniq_id, file_date from cclf_raw.cclf5
  where source_id in (select source_id from measures.delivery)
  union all
  select source_id, 'cclf6' as file_type, cur_clm_uniq_id, file_date from cclf_raw.cclf6
  where source_id in (select source_id from measures.delivery)
),
-- a version that is sent again was known before
first_sent as (
  select source_id, file_type, cur_clm_uniq_id, min(file_date) as file_date
  from arrived
  group by source_id, file_type, cur_clm_uniq_id
),
kind as (
  select
    record.source_id, 'cclf1' as file_type, record.cur_clm_uniq_id, 1 as services,
    coalesce(setting.setting, 'other') as setting
  from cclf.part_a_record as record
  left join rules.claims_claim_setting as setting on setting.claim_type_code = record.clm_type_cd
  where record.source_id in (select source_id from measures.delivery)
  union all
  select
    source_id, file_type, cur_clm_uniq_id, sum(case when is_denied then 0 else 1 end) as services,
    case when file_type = 'cclf6' then 'dme' else 'professional' end as setting
  from cclf.part_b_record
  where source_id in (select source_id from measures.delivery)
  group by source_id, file_type, cur_clm_uniq_id
),
dated as (
  select
    version.source_id, version.file_type, version.cur_clm_uniq_id, version.person_id, version.natural_key,
    version.service_month, version.is_cancellation, kind.setting,
    first_sent.file_date <= delivery.previous_date as known_before,
    -- what is denied, or takes away what never was, moves nothing
    version.outcome <> 'denied' and version.outcome <> 'cancellation_without_original' as counts,
    case when version.outcome = 'cancellation_of_other_amount' then version.paid_amount
      else version.paid_amount - version.denied_line_amount end as amount,
    -- a cancellation of another amount lowers the price of a claim that stands
    case when version.outcome = 'cancellation_of_other_amount' then 0 else 1 end as claims,
    case when version.outcome = 'cancellation_of_other_amount' then 0 else kind.services end as services
  from cclf.claim_version as version
  join measures.delivery as delivery on delivery.source_id = version.source_id
  join first_sent
    on first_sent.source_id = version.source_id and first_sent.file_type = version.file_type
    and first_sent.cur_clm_uniq_id = version.cur_clm_uniq_id
  join kind
    on kind.source_id = version.source_id and kind.file_type = version.file_type
    and kind.cur_clm_uniq_id = version.cur_clm_uniq_id
),
keyed as (
  select
    dated.*,
    max(case when known_before then 1 else 0 end) over (
      partition by source_id, file_type, person_id, natural_key
    ) as key_known
  from dated
)
select
  source_id, file_type, cur_clm_uniq_id, person_id, setting, known_before,
  case
    when known_before then 'before'
    when is_cancellation then 'cancellation'
    when key_known = 1 then 'adjustment'
    else 'new_claim'
  end as change,
  cast(case when not counts then 0 when is_cancellation then -amount else amount end as decimal(18, 2)) as amount,
  cast(case when not counts then 0 when is_cancellation then -services else services end as bigint) as services,
  cast(case when not counts then 0 when is_cancellation then -claims else claims end as bigint) as claims,
  service_month
from keyed
