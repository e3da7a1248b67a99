-- step:      cclf.claim_version
-- makes:     one row per claim version and what became of it: final, cancelled, cancellation, denied, or
--            cancellation_without_original; amounts are unsigned as CMS sends them
-- key:       source_id, file_type, cur_clm_uniq_id
-- reads:     cclf.part_a_record, cclf.part_b_record
-- cites:     CCLF Information Packet v38, sections 5.2 and 5.3: a cancellation takes away one original or
--            adjustment of the same key and amount; which of several equal ones is free
-- evidence:  none
-- partition: service_month
with versions as (
  select
    source_id, 'cclf1' as file_type, cur_clm_uniq_id, delivery_id, line_number, person_id, natural_key,
    is_cancellation, is_denied, paid_amount, cast(0 as decimal(18, 2)) as allowed_amount,
    cast(0 as decimal(18, 2)) as denied_line_amount, cast(null as integer) as first_kept_line, clm_efctv_dt,
    service_month
  from cclf.part_a_record
  union all
  select
    source_id, file_type, cur_clm_uniq_id, max(delivery_id) as delivery_id, min(line_number) as line_number,
    min(person_id) as person_id, min(natural_key) as natural_key, bool_or(is_cancellation) as is_cancellation,
    bool_and(is_denied) as is_denied, sum(paid_amount) as paid_amount, sum(allowed_amount) as allowed_amount,
    sum(case when is_denied then paid_amount else 0 end) as denied_line_amount,
    min(case when not is_denied then clm_line_num end) as first_kept_line,
    max(clm_efctv_dt) as clm_efctv_dt, max(service_month) as service_month
  from cclf.part_b_record
  group by source_id, file_type, cur_clm_uniq_id
),
-- most keys have no cancellation: nothing is to be matched there
key_with_cancellation as (
  select distinct source_id, file_type, person_id, natural_key from versions where is_cancellation
),
placed as (
  select
    versions.*,
    row_number() over (
      partition by source_id, file_type, person_id, natural_key, paid_amount, allowed_amount, is_cancellation
      order by clm_efctv_dt, cur_clm_uniq_id
    ) as place,
    sum(case when is_cancellation then 1 else 0 end) over (
      partition by source_id, file_type, person_id, natural_key, paid_amount, allowed_amount
    ) as cancellations,
    sum(case when is_cancellation then 0 else 1 end) over (
      partition by source_id, file_type, person_id, natural_key, paid_amount, allowed_amount
    ) as originals
  from versions
  semi join key_with_cancellation using (source_id, file_type, person_id, natural_key)
),
matched as (
  select
    placed.*,
    case
      when is_cancellation and place <= originals then 'cancellation'
      when is_cancellation then 'cancellation_without_original'
      when place <= cancellations then 'cancelled'
      when is_denied then 'denied'
      else 'final'
    end as outcome
  from placed
),
-- a cancellation that fits no amount still lowers its key: the last final claim there carries it
carried as (
  select
    matched.*,
    row_number() over (
      partition by source_id, file_type, person_id, natural_key, outcome
      order by clm_efctv_dt desc, cur_clm_uniq_id desc
    ) as from_last,
    max(case when outcome = 'final' then 1 else 0 end) over (
      partition by source_id, file_type, person_id, natural_key
    ) as has_final,
    sum(case when outcome = 'cancellation_without_original' then paid_amount else 0 end) over (
      partition by source_id, file_type, person_id, natural_key
    ) as unmatched_amount
  from matched
)
select
  source_id, file_type, cur_clm_uniq_id, delivery_id, line_number, person_id, natural_key, is_cancellation,
  case
    when outcome = 'cancellation_without_original' and has_final = 1 then 'cancellation_of_other_amount'
    else outcome
  end as outcome,
  cast(paid_amount as decimal(18, 2)) as paid_amount,
  cast(denied_line_amount as decimal(18, 2)) as denied_line_amount,
  cast(case
    when outcome = 'final' and from_last = 1 then paid_amount - denied_line_amount - unmatched_amount
    when outcome = 'final' then paid_amount - denied_line_amount
    else 0
  end as decimal(18, 2)) as net_amount,
  first_kept_line, clm_efctv_dt, service_month
from carried
union all
select
  source_id, file_type, cur_clm_uniq_id, delivery_id, line_number, person_id, natural_key, is_cancellation,
  case when is_denied then 'denied' else 'final' end as outcome,
  cast(paid_amount as decimal(18, 2)) as paid_amount,
  cast(denied_line_amount as decimal(18, 2)) as denied_line_amount,
  cast(case when is_denied then 0 else paid_amount - denied_line_amount end as decimal(18, 2)) as net_amount,
  first_kept_line, clm_efctv_dt, service_month
from versions
anti join key_with_cancellation using (source_id, file_type, person_id, natural_key)
