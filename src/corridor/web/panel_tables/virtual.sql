-- makes: one row per practice and clinician who rendered, month and mode: visits, allowed amount
-- reads: measures.virtual_visit
select
  tin, npi, month, mode, count(distinct person_id) as people, count(*) as visits,
  count(*) filter (where is_virtual) as virtual_visits, sum(allowed_amount) as allowed_amount
from measures.virtual_visit
group by all
