-- step:      x12.claim_line
-- makes:     one row per line of a final claim that was not denied, with what its remittance says of it; the lines
--            of a remittance whose claim was not sent stand beside them (sent false)
-- key:       source_id, claim_id, claim_line_number
-- reads:     x12_raw.claim_line, x12.submission, x12.line_payment, x12.claim_payment, x12_raw.remittance_line,
--            x12.remittance_amount
-- cites:     Corridor
-- evidence:  x12.line_payment(source_id, submission_id, line_number)
-- partition: service_month
with sent as (
  select
    line.source_id, line.submission_id, line.line_number, line.service_month, payment.claim_id is not null as answered,
    coalesce(paid.paid_amount, 0) as line_paid, payment.reversal_balance, payment.paid_date, paid.allowed_amount,
    paid.deductible_amount, paid.coinsurance_amount, paid.sequestration_amount,
    row_number() over (partition by line.source_id, line.submission_id order by line.line_number) as place
  from x12_raw.claim_line as line
  join x12.submission as claim
    on claim.source_id = line.source_id and claim.submission_id = line.submission_id and claim.outcome = 'final'
  left join x12.claim_payment as payment
    on payment.source_id = line.source_id and payment.submission_id = line.submission_id
  left join x12.line_payment as paid
    on paid.source_id = line.source_id and paid.submission_id = line.submission_id
    and paid.line_number = line.line_number
  -- a payment that was taken back whole, and a line that was denied, are no claims
  where coalesce(payment.answered, true) and not coalesce(paid.denied, false)
),
remitted as (
  select
    line.source_id, line.remittance_id, line.line_number, line.service_month, amount.claim_id, amount.claim_line_number,
    amount.paid_amount, amount.allowed_amount, amount.deductible_amount, amount.coinsurance_amount,
    amount.sequestration_amount, payment.reversal_balance, payment.paid_date,
    row_number() over (
      partition by line.source_id, amount.claim_id order by amount.claim_line_number
    ) as place
  from x12_raw.remittance_line as line
  join x12.remittance_amount as amount
    on amount.source_id = line.source_id and amount.remittance_id = line.remittance_id
    and amount.line_number = line.line_number and amount.submission_id is null and not amount.denied
  join x12.claim_payment as payment
    on payment.source_id = line.source_id and payment.claim_id = amount.claim_id and payment.answered
  where line.service_month > 0
)
select
  source_id, submission_id as claim_id, line_number as claim_line_number, true as sent,
  submission_id as record_id, line_number as record_line, paid_date,
  cast(case
    when not answered then null
    when place = 1 then line_paid + reversal_balance
    else line_paid
  end as decimal(18, 2)) as paid_amount,
  allowed_amount, deductible_amount, coinsurance_amount, sequestration_amount, service_month
from sent
union all
select
  source_id, claim_id, claim_line_number, false as sent, remittance_id as record_id, line_number as record_line,
  paid_date, cast(paid_amount + case when place = 1 then reversal_balance else 0 end as decimal(18, 2)) as paid_amount,
  allowed_amount, deductible_amount, coinsurance_amount, sequestration_amount, service_month
from remitted
