-- step:      fhir.line
-- makes:     one row per line of a final, paid claim, with the amounts it answers for. Institutional: its own where the
--            lines sum to the payment of the claim, else those of the claim on the first line. Professional: its own,
--            and those of the claim on the first line where no line states a payment
-- key:       source_id, claim_id, line_number
-- reads:     fhir_raw.line, fhir_raw.claim, fhir.claim
-- cites:     CMS Blue Button 2.0, BCDA and AB2D data dictionaries; docs/sources/fhir.md
-- evidence:  none
-- partition: service_month
with lines as (
  select
    line.source_id, line.delivery_id, line.claim_id, line.line_number, line.denied, line.paid_amount,
    line.allowed_amount, line.charge_amount, line.coinsurance_amount, line.deductible_amount,
    line.revenue_center_code, line.load_sequence, line.file_number, line.resource_number, line.service_month,
    head.claim_type, head.paid_amount as claim_paid, head.deductible_amount as claim_deductible,
    head.coinsurance_amount as claim_coinsurance, head.charge_amount as claim_charge, head.add_on_amount as claim_add_on
  from fhir_raw.line as line
  join fhir.claim as kept
    on kept.source_id = line.source_id and kept.claim_id = line.claim_id and kept.delivery_id = line.delivery_id
    and kept.load_sequence = line.load_sequence and kept.file_number = line.file_number
    and kept.resource_number = line.resource_number and kept.claim_month = line.service_month
    and kept.dropped_because is null
  join fhir_raw.claim as head
    on head.source_id = kept.source_id and head.claim_id = kept.claim_id and head.delivery_id = kept.delivery_id
    and head.load_sequence = kept.load_sequence and head.file_number = kept.file_number
    and head.resource_number = kept.resource_number and head.service_month = kept.claim_month
),
placed as (
  select
    source_id, delivery_id, claim_id, line_number, denied, paid_amount, allowed_amount, charge_amount,
    coinsurance_amount, deductible_amount, load_sequence, file_number, resource_number, service_month, claim_type,
    claim_paid, claim_deductible, claim_coinsurance, claim_charge, claim_add_on,
    claim_type = 'institutional' as is_institutional,
    row_number() over (partition by source_id, claim_id order by line_number) = 1 as is_first,
    row_number() over (
      partition by source_id, claim_id order by case when denied then 1 else 0 end, line_number
    ) = 1 as is_first_kept,
    sum(coalesce(paid_amount, 0)) over (partition by source_id, claim_id) as lines_paid,
    count(paid_amount) over (partition by source_id, claim_id) as stated,
    -- the line of all charges repeats the other lines, where there are others
    revenue_center_code = '0001' and sum(case when revenue_center_code = '0001' then 0 else 1 end)
      over (partition by source_id, claim_id) > 0 as is_total
  from lines
),
ruled as (
  select
    source_id, delivery_id, claim_id, line_number, denied, paid_amount, allowed_amount, charge_amount,
    coinsurance_amount, deductible_amount, load_sequence, file_number, resource_number, service_month, claim_type,
    claim_paid, claim_deductible, claim_coinsurance, claim_charge, claim_add_on, is_institutional, is_total,
    case when is_institutional then is_first else is_first_kept end as is_first,
    case
      when is_institutional then (coalesce(claim_paid, 0) <> 0 and lines_paid = claim_paid)
        or (claim_paid is null and stated > 0)
      else stated > 0
    end as own_amounts
  from placed
)
select
  source_id, delivery_id, claim_id, line_number, load_sequence, file_number, resource_number, is_first,
  cast(case
    when own_amounts then coalesce(paid_amount, 0) when is_first then coalesce(claim_paid, 0) else 0
  end as decimal(18, 2)) as paid_amount,
  allowed_amount,
  cast(case
    when own_amounts or not is_institutional then deductible_amount
    when is_first then coalesce(claim_deductible, 0) else 0
  end as decimal(18, 2)) as deductible_amount,
  cast(case
    when own_amounts or not is_institutional then coinsurance_amount
    when is_first then coalesce(claim_coinsurance, 0) else 0
  end as decimal(18, 2)) as coinsurance_amount,
  cast(case when is_first then coalesce(claim_add_on, 0) else 0 end as decimal(18, 2)) as add_on_amount,
  cast(case when is_total then 0 else charge_amount end as decimal(18, 2)) as charge_amount,
  service_month
from ruled
where is_institutional or not denied
