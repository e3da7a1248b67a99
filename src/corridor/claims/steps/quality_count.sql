-- step:      claims.quality_count
-- makes:     one row per source, kind of claim and month: claims, lines, people and dollars, for the tie-out
-- key:       source_id, delivery_id, claim_type_code, service_month
-- reads:     claims.medical_claim, claims.pharmacy_claim
-- cites:     Corridor
-- evidence:  claims.medical_claim(source_id, delivery_id, claim_type_code, service_month)
-- partition: service_month
with lines as (
  select
    source_id, delivery_id, coalesce(claim_type_code, 'unknown') as claim_type_code, service_month, claim_id,
    person_id, claim_end_date as service_date, paid_amount, allowed_amount, charge_amount,
    sequestration_amount, add_on_amount, incentive_amount
  from claims.medical_claim
  union all
  select
    source_id, delivery_id, 'part_d' as claim_type_code, service_month, claim_id,
    person_id, dispensing_date as service_date, paid_amount, allowed_amount, null as charge_amount,
    null as sequestration_amount, null as add_on_amount, null as incentive_amount
  from claims.pharmacy_claim
)
select
  source_id, delivery_id, claim_type_code, service_month,
  count(*) as lines,
  count(distinct claim_id) as claims,
  count(distinct person_id) as people,
  min(service_date) as first_service_date,
  max(service_date) as last_service_date,
  cast(coalesce(sum(paid_amount), 0) as decimal(18, 2)) as paid_amount,
  cast(sum(allowed_amount) as decimal(18, 2)) as allowed_amount,
  cast(sum(charge_amount) as decimal(18, 2)) as charge_amount,
  cast(coalesce(sum(sequestration_amount), 0) as decimal(18, 2)) as sequestration_amount,
  cast(coalesce(sum(add_on_amount), 0) as decimal(18, 2)) as add_on_amount,
  cast(coalesce(sum(incentive_amount), 0) as decimal(18, 2)) as incentive_amount
from lines
group by source_id, delivery_id, claim_type_code, service_month
