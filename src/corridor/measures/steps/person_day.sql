-- step:      measures.person_day
-- makes:     one row per person and day with a claim: what the day cost, and whether it held an emergency visit or
--            began or continued an inpatient stay
-- key:       person_id, service_date, service_month
-- reads:     population.claim_line
-- cites:     Corridor
-- evidence:  population.claim_line(person_id, service_date)
-- partition: service_month
select
  person_id, service_date,
  cast(sum(expenditure_amount) as decimal(18, 2)) as expenditure,
  max(case when service_category = 'emergency' then 1 else 0 end) as emergency,
  max(case when service_category = 'inpatient' then 1 else 0 end) as inpatient,
  service_month
from population.claim_line
where part <> 'D' and service_date is not null
group by person_id, service_date, service_month
