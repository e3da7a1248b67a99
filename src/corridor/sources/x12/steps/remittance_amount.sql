-- step:      x12.remittance_amount
-- makes:     one row per service of a remittance that counts: paid, allowed, and what the patient owes of it
-- key:       source_id, remittance_id, line_number
-- reads:     x12_raw.remittance_line, x12_raw.adjustment, x12_raw.remittance, x12.remittance_claim
-- rules:     claims.x12_adjustment
-- cites:     X12 005010X221: balancing of services, adjustments and claim payment
-- evidence:  x12_raw.remittance_line(source_id, remittance_id, line_number)
with live as (
  select source_id, remittance_id, submission_id, claim_id, outcome, created_at, load_sequence, file_number, position
  from x12.remittance_claim
  where outcome in ('paid', 'denied')
),
-- what is said of the claim as a whole stands on its first service
adjusted as (
  select
    said.source_id, said.remittance_id, coalesce(said.line_number, 1) as line_number,
    sum(case when rule.counts_as = 'deductible' then said.amount else 0 end) as deductible_amount,
    sum(case when rule.counts_as = 'coinsurance' then said.amount else 0 end) as coinsurance_amount,
    sum(case when rule.counts_as = 'sequestration' then said.amount else 0 end) as sequestration_amount
  from x12_raw.adjustment as said
  left join rules.claims_x12_adjustment as rule
    on rule.group_code = said.group_code and rule.reason_code = said.reason_code
  group by said.source_id, said.remittance_id, coalesce(said.line_number, 1)
),
priced as (
  select
    live.source_id, live.remittance_id, live.submission_id, live.claim_id, live.created_at, live.load_sequence,
    live.file_number, live.position, line.line_number, line.line_key, line.hcpcs_code, line.revenue_center_code,
    line.hcpcs_modifier_1, line.charge_amount, coalesce(line.paid_amount, 0) as line_paid,
    remit.paid_amount as claim_paid, line.allowed_amount as stated_allowed,
    coalesce(adjusted.deductible_amount, 0) as deductible_amount,
    coalesce(adjusted.coinsurance_amount, 0) as coinsurance_amount,
    coalesce(adjusted.sequestration_amount, 0) as sequestration_amount,
    live.outcome = 'denied' or (
      coalesce(line.paid_amount, 0) = 0 and coalesce(line.allowed_amount, 0) = 0
      and coalesce(adjusted.deductible_amount, 0) = 0 and coalesce(adjusted.coinsurance_amount, 0) = 0
      and line.charge_amount > 0
    ) as denied
  from live
  join x12_raw.remittance_line as line
    on line.source_id = live.source_id and line.remittance_id = live.remittance_id
  join x12_raw.remittance as remit on remit.source_id = live.source_id and remit.remittance_id = live.remittance_id
  left join adjusted
    on adjusted.source_id = line.source_id and adjusted.remittance_id = line.remittance_id
    and adjusted.line_number = line.line_number
),
-- the claim is paid what CLP04 says: what its services leave open stands on the first that was not denied
summed as (
  select
    source_id, remittance_id, sum(line_paid) as lines_paid,
    coalesce(min(case when not denied then line_number end), min(line_number)) as first_line
  from priced
  group by source_id, remittance_id
),
settled as (
  select
    priced.*,
    priced.line_paid + case
      when priced.line_number = summed.first_line then coalesce(priced.claim_paid, summed.lines_paid) - summed.lines_paid
      else 0
    end as paid_amount
  from priced
  join summed on summed.source_id = priced.source_id and summed.remittance_id = priced.remittance_id
)
select
  source_id, remittance_id, line_number, submission_id, claim_id, line_key, hcpcs_code, revenue_center_code,
  hcpcs_modifier_1, charge_amount,
  -- where the claim was paid though its services were not, the one that carries the amount stands
  denied and paid_amount = 0 as denied, cast(paid_amount as decimal(18, 2)) as paid_amount,
  cast(coalesce(stated_allowed, paid_amount + deductible_amount + coinsurance_amount + sequestration_amount)
    as decimal(18, 2)) as allowed_amount,
  cast(deductible_amount as decimal(18, 2)) as deductible_amount,
  cast(coinsurance_amount as decimal(18, 2)) as coinsurance_amount,
  cast(sequestration_amount as decimal(18, 2)) as sequestration_amount,
  cast(row_number() over (
    partition by source_id, claim_id
    order by created_at, load_sequence, file_number, position, remittance_id, line_number
  ) as integer) as claim_line_number
from settled
