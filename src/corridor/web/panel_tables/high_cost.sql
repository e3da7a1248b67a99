-- makes: one row per ACO, practice, clinician and largest driver of high-cost people: people, expenditure, what the driver took
-- reads: measures.high_cost_claimant
select
  aco_id, tin, npi, driver, count(*) as people, sum(expenditure) as expenditure, sum(driver_dollars) as driver_dollars,
  count(*) filter (where high_before) as high_before, count(*) filter (where died) as deaths, sum(stays) as stays
from measures.high_cost_claimant
group by all
