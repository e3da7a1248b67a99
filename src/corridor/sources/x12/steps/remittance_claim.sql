-- step:      x12.remittance_claim
-- makes:     one row per claim of a remittance (CLP): the claim it answers, and whether it counts: paid, reversed,
--            reversal, denied, other_payer, voided_claim, or not_a_payment
-- key:       source_id, remittance_id
-- reads:     x12_raw.remittance, x12.submission
-- cites:     X12 005010X221: claim status (CLP02), claim identifier (CLP01), payer claim control number (CLP07)
-- evidence:  x12_raw.remittance(source_id, remittance_id)
with said as (
  select
    source_id, remittance_id, person_id, number_key, payer_key, payee_key, payee_npi, payee_tin, status, service_from,
    paid_amount, created_at, load_sequence, file_number, position, paid_date,
    -- a reversal does not say whose payment it takes back
    coalesce(
      payer_rank, min(payer_rank) over (partition by source_id, number_key, payee_key, payer_key), 1
    ) as payer_rank
  from x12_raw.remittance
),
-- the claim as sent: the sender's number, the same provider, days that touch
candidate as (
  select
    said.source_id, said.remittance_id, sent.group_id,
    row_number() over (
      partition by said.source_id, said.remittance_id
      order by
        case when sent.payer_rank = said.payer_rank then 0 else 1 end,
        case when sent.service_from = said.service_from then 0 else 1 end,
        case when sent.payer_rank = said.payer_rank and sent.outcome = 'final' then 0 else 1 end,
        sent.created_at desc, sent.submission_id
    ) as place
  from said
  join x12.submission as sent
    on sent.source_id = said.source_id and sent.number_key = said.number_key
    and (
      sent.billing_npi = said.payee_npi or sent.billing_tin = said.payee_tin
      or (said.payee_npi is null and said.payee_tin is null)
    )
    and (said.service_from is null or said.service_from between sent.service_from and sent.service_to)
),
matched as (
  select
    said.*, candidate.group_id, final.submission_id, final.payer_rank as claim_rank,
    first_value(said.remittance_id) over (
      partition by said.source_id, said.number_key, said.payee_key, said.service_from
      order by said.created_at, said.load_sequence, said.file_number, said.position, said.remittance_id
    ) as first_remittance,
    min(said.payer_rank) over (
      partition by said.source_id, said.number_key, said.payee_key, said.service_from
    ) as first_rank
  from said
  left join candidate
    on candidate.source_id = said.source_id and candidate.remittance_id = said.remittance_id
    and candidate.place = 1
  left join x12.submission as final
    on final.source_id = candidate.source_id and final.group_id = candidate.group_id and final.outcome = 'final'
),
named as (
  select
    matched.*, coalesce(submission_id, first_remittance) as claim_id,
    case
      when status = 'predetermination' or status = 'forwarded_elsewhere' then 'not_a_payment'
      when group_id is not null and submission_id is null then 'voided_claim'
      when payer_rank <> coalesce(claim_rank, first_rank) then 'other_payer'
      else status
    end as outcome
  from matched
),
-- a reversal takes back one payment of the same amount under the payer's number
paired as (
  select
    named.*,
    row_number() over (
      partition by source_id, claim_id, payer_key, abs(paid_amount), outcome = 'reversal'
      order by created_at, load_sequence, file_number, position, remittance_id
    ) as place,
    sum(case when outcome = 'reversal' then 1 else 0 end) over (
      partition by source_id, claim_id, payer_key, abs(paid_amount)
    ) as reversals
  from named
)
select
  source_id, remittance_id, person_id, submission_id, claim_id,
  case when outcome in ('paid', 'denied') and place <= reversals then 'reversed' else outcome end as outcome,
  payer_rank, paid_amount, paid_date, created_at, load_sequence, file_number, position
from paired
