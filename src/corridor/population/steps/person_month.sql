-- step:      population.person_month
-- makes:     one row per person and month with a claim: expenditure in all and by category of service, paid and
--            standardized amounts, Part D, lines and claims
-- key:       person_id, month
-- reads:     population.person_spend, population.claim_line
-- cites:     42 CFR 425.605(a); docs/population.md
-- evidence:  population.claim_line(person_id, month)
-- partition: service_month
with by_source as (
  select
    person_id, service_month, source_id, count(distinct claim_id) as claims, sum(standardized_amount) as standardized
  from population.claim_line
  where person_id is not null
  group by person_id, service_month, source_id
),
counted as (
  select
    person_id, service_month, cast(sum(claims) as bigint) as claims,
    cast(sum(standardized) as decimal(18, 2)) as standardized
  from by_source
  group by person_id, service_month
)
select
  spend.person_id, spend.month, spend.expenditure, spend.paid, counted.standardized, spend.part_d_paid,
  spend.inpatient_amount, spend.skilled_nursing_amount, spend.inpatient_rehabilitation_amount,
  spend.long_term_care_hospital_amount, spend.home_health_amount, spend.hospice_amount,
  spend.outpatient_amount, spend.emergency_amount, spend.professional_amount, spend.imaging_amount,
  spend.laboratory_amount, spend.part_b_drug_amount, spend.dme_amount, spend.ambulance_amount,
  spend.part_d_drug_amount, spend.other_amount,
  spend.lines, counted.claims, spend.service_month
from population.person_spend as spend
join counted on counted.person_id = spend.person_id and counted.service_month = spend.service_month
