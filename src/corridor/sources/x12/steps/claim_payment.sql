-- step:      x12.claim_payment
-- makes:     one row per claim that a remittance answers: what its payer paid in all, and what reversals left open
-- key:       source_id, claim_id
-- reads:     x12.remittance_claim
-- cites:     X12 005010X221: reversals and corrections
-- evidence:  x12.remittance_claim(source_id, claim_id)
select
  source_id, claim_id, max(submission_id) as submission_id, min(person_id) as person_id,
  max(paid_date) as paid_date,
  sum(case when outcome in ('paid', 'denied') then 1 else 0 end) > 0 as answered,
  cast(sum(case when outcome in ('reversal', 'reversed') then coalesce(paid_amount, 0) else 0 end) as decimal(18, 2))
    as reversal_balance
from x12.remittance_claim
where outcome in ('paid', 'denied', 'reversal', 'reversed')
group by source_id, claim_id
