-- step:      x12.submission
-- makes:     one row per claim as it was sent (CLM) and what became of it: final, replaced, void, voided, or
--            later_payer (the same claim sent on to the next payer)
-- key:       source_id, submission_id
-- reads:     x12_raw.claim, x12_raw.remittance
-- cites:     X12 005010X222 and 005010X223: claim frequency (CLM05-3), payer claim control number (REF F8)
-- evidence:  x12_raw.claim(source_id, submission_id)
with sent as (
  select
    source_id, submission_id, number_key, claim_key, billing_key, billing_npi, billing_tin, original_key, action,
    payer_rank, service_from, service_to, created_at, load_sequence, file_number, position
  from x12_raw.claim
),
-- what a replacement or void replaces: by the payer's number, known from its remittance, else by the sender's own
target as (
  select
    sent.source_id, sent.submission_id, other.claim_key, other.service_from, other.created_at,
    other.submission_id as other_id, 0 as distance
  from sent
  join x12_raw.remittance as remit on remit.source_id = sent.source_id and remit.payer_key = sent.original_key
  join sent as other
    on other.source_id = sent.source_id and other.number_key = remit.number_key
    and other.billing_key = sent.billing_key and other.action = 'original'
  where sent.action in ('replacement', 'void')
  union all
  select
    sent.source_id, sent.submission_id, other.claim_key, other.service_from, other.created_at,
    other.submission_id as other_id, 1 as distance
  from sent
  join sent as other
    on other.source_id = sent.source_id and other.claim_key = sent.claim_key and other.action = 'original'
  where sent.action in ('replacement', 'void')
),
nearest as (
  select
    target.source_id, target.submission_id, target.claim_key, target.service_from,
    row_number() over (
      partition by target.source_id, target.submission_id
      order by
        target.distance, case when target.service_from = sent.service_from then 0 else 1 end,
        target.created_at desc, target.other_id
    ) as place
  from target
  join sent on sent.source_id = target.source_id and sent.submission_id = target.submission_id
),
grouped as (
  select
    sent.*, coalesce(nearest.claim_key, sent.claim_key) as group_key,
    coalesce(nearest.service_from, sent.service_from) as group_from,
    case when sent.action = 'late_charge' then sent.submission_id else '' end as own_group
  from sent
  left join nearest
    on nearest.source_id = sent.source_id and nearest.submission_id = sent.submission_id and nearest.place = 1
),
placed as (
  select
    grouped.*,
    row_number() over (
      partition by source_id, group_key, group_from, own_group, payer_rank
      order by created_at desc, load_sequence desc, file_number desc, position desc, submission_id
    ) as place,
    min(submission_id) over (partition by source_id, group_key, group_from, own_group) as group_id
  from grouped
),
newest as (
  select source_id, group_id, payer_rank, action
  from placed
  where place = 1
),
first_payer as (
  select source_id, group_id, min(payer_rank) as payer_rank
  from newest
  where action <> 'void'
  group by source_id, group_id
)
select
  placed.source_id, placed.submission_id, placed.group_id, placed.number_key, placed.billing_npi, placed.billing_tin,
  placed.action, placed.payer_rank, placed.service_from, placed.service_to, placed.created_at,
  placed.load_sequence, placed.position,
  case
    when placed.place > 1 and newest.action = 'void' then 'voided'
    when placed.place > 1 then 'replaced'
    when placed.action = 'void' then 'void'
    when placed.payer_rank > first_payer.payer_rank then 'later_payer'
    else 'final'
  end as outcome
from placed
join newest
  on newest.source_id = placed.source_id and newest.group_id = placed.group_id
  and newest.payer_rank = placed.payer_rank
left join first_payer on first_payer.source_id = placed.source_id and first_payer.group_id = placed.group_id
