-- makes: one row per flag of low-value care, year, and the practice and clinician who rendered it
-- reads: measures.low_value_service
select
  flag, month // 100 as year, npi, tin, count(distinct person_id) as people, count(*) as services,
  sum(expenditure_amount) as expenditure
from measures.low_value_service
group by all
