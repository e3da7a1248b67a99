-- step:      measures.drug_spend
-- makes:     one row per part, drug (HCPCS of Part B, NDC of Part D) and clinician in the measured year: claims,
--            people, units, dollars, the price of a unit and of 30 days, whether it is a specialty drug
-- key:       part, drug_code, npi
-- reads:     population.claim_line, claims.service_line, run.setting
-- rules:     performance.specialty_drug_amount, performance.specialty_drug_days
-- cites:     docs/money.md
-- evidence:  population.claim_line(npi)
-- owner:     npi
with part_b as (
  select
    'B' as part, line.hcpcs_code as drug_code, line.npi, line.person_id, line.source_id, line.claim_id,
    coalesce(line.quantity, 0) as quantity, cast(null as bigint) as days_supply, line.paid_amount,
    coalesce(line.allowed_amount, line.paid_amount) as gross_amount
  from population.claim_line as line
  join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
  where line.service_category = 'part_b_drug' and line.hcpcs_code is not null
),
-- a source without the gross cost of a drug has the price Corridor found for it (docs/standardisation.md)
part_d as (
  select
    'D' as part, line.ndc_code as drug_code, line.npi, line.person_id, line.source_id, line.claim_id,
    coalesce(line.quantity, 0) as quantity, cast(line.days_supply as bigint) as days_supply,
    coalesce(line.paid_amount, 0) as paid_amount,
    coalesce(line.gross_drug_cost, line.standardized_amount, 0) as gross_amount
  from claims.service_line as line
  join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
  where line.part = 'D' and line.ndc_code is not null
),
event as (
  select * from part_b
  union all
  select * from part_d
),
claim as (
  select
    part, drug_code, npi, person_id, source_id, claim_id, sum(quantity) as quantity, sum(days_supply) as days_supply,
    sum(paid_amount) as paid_amount, sum(gross_amount) as gross_amount
  from event
  group by part, drug_code, npi, person_id, source_id, claim_id
),
person as (
  select
    part, drug_code, npi, person_id, count(*) as claims, sum(quantity) as quantity, sum(days_supply) as days_supply,
    sum(paid_amount) as paid_amount, sum(gross_amount) as gross_amount
  from claim
  group by part, drug_code, npi, person_id
),
drug as (
  select
    part, drug_code, sum(claims) as claims, sum(gross_amount) as gross_amount, sum(days_supply) as days_supply
  from person
  group by part, drug_code
),
-- of Part D by 30 days' supply; of Part B by a claim, which is about a month of an infused drug
priced as (
  select
    drug.part, drug.drug_code,
    case
      when drug.part = 'D' then cx_divide(drug.gross_amount * days.value, drug.days_supply)
      else cx_divide(drug.gross_amount, drug.claims)
    end as price_of_month
  from drug
  cross join rules.performance_specialty_drug_days as days
)
select
  person.part, person.drug_code, person.npi, cast(sum(person.claims) as bigint) as claims,
  count(distinct person.person_id) as people, sum(person.quantity) as units,
  cast(sum(person.days_supply) as bigint) as days_supply,
  cast(sum(person.paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(person.gross_amount) as decimal(18, 2)) as gross_amount,
  cx_divide(sum(person.gross_amount), sum(person.quantity)) as unit_price,
  max(priced.price_of_month) as price_of_month,
  coalesce(max(priced.price_of_month) >= max(dear.value), false) as specialty_drug
from person
join priced on priced.part = person.part and priced.drug_code = person.drug_code
cross join rules.performance_specialty_drug_amount as dear
group by person.part, person.drug_code, person.npi
