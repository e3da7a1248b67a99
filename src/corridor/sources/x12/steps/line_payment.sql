-- step:      x12.line_payment
-- makes:     one row per line of a final claim that a remittance answers: what it was paid and allowed. A service
--            finds its line by the sender's line number, else by procedure, charge and order, else the first line
-- key:       source_id, submission_id, line_number
-- reads:     x12.remittance_amount, x12_raw.claim_line
-- cites:     X12 005010X221: line item control number (REF 6R); Corridor
-- evidence:  x12.remittance_amount(source_id, submission_id)
with answered as (
  select source_id, remittance_id, line_number as service_number, submission_id, line_key,
    coalesce(hcpcs_code, revenue_center_code, '') as code, charge_amount, claim_line_number, denied, paid_amount,
    allowed_amount, deductible_amount, coinsurance_amount, sequestration_amount
  from x12.remittance_amount
  where submission_id is not null
),
line as (
  select line.source_id, line.submission_id, line.line_number, line.line_key,
    coalesce(line.hcpcs_code, line.revenue_center_code, '') as code, line.charge_amount
  from x12_raw.claim_line as line
  join (select distinct source_id, submission_id from answered) as wanted
    on wanted.source_id = line.source_id and wanted.submission_id = line.submission_id
),
by_number as (
  select answered.source_id, answered.remittance_id, answered.service_number, min(line.line_number) as line_number
  from answered
  join line
    on line.source_id = answered.source_id and line.submission_id = answered.submission_id
    and line.line_key = answered.line_key
  group by answered.source_id, answered.remittance_id, answered.service_number
),
open_service as (
  select answered.*,
    row_number() over (
      partition by answered.source_id, answered.submission_id, answered.code, answered.charge_amount
      order by answered.claim_line_number
    ) as place
  from answered
  left join by_number
    on by_number.source_id = answered.source_id and by_number.remittance_id = answered.remittance_id
    and by_number.service_number = answered.service_number
  where by_number.line_number is null
),
open_line as (
  select line.*,
    row_number() over (
      partition by line.source_id, line.submission_id, line.code, line.charge_amount order by line.line_number
    ) as place
  from line
),
by_charge as (
  select service.source_id, service.remittance_id, service.service_number, line.line_number
  from open_service as service
  join open_line as line
    on line.source_id = service.source_id and line.submission_id = service.submission_id
    and line.code = service.code and line.charge_amount = service.charge_amount and line.place = service.place
),
first_line as (
  select source_id, submission_id, min(line_number) as line_number
  from line
  group by source_id, submission_id
),
found as (
  select answered.*,
    coalesce(by_number.line_number, by_charge.line_number, first_line.line_number) as line_number,
    by_number.line_number is not null or by_charge.line_number is not null as found_its_line
  from answered
  join first_line
    on first_line.source_id = answered.source_id and first_line.submission_id = answered.submission_id
  left join by_number
    on by_number.source_id = answered.source_id and by_number.remittance_id = answered.remittance_id
    and by_number.service_number = answered.service_number
  left join by_charge
    on by_charge.source_id = answered.source_id and by_charge.remittance_id = answered.remittance_id
    and by_charge.service_number = answered.service_number
)
select
  source_id, submission_id, line_number, bool_and(denied) as denied, bool_and(found_its_line) as found_its_line,
  cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(case when not denied then allowed_amount else 0 end) as decimal(18, 2)) as allowed_amount,
  cast(sum(deductible_amount) as decimal(18, 2)) as deductible_amount,
  cast(sum(coinsurance_amount) as decimal(18, 2)) as coinsurance_amount,
  cast(sum(sequestration_amount) as decimal(18, 2)) as sequestration_amount
from found
group by source_id, submission_id, line_number
