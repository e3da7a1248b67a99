-- makes: one row per ACO and month of CMS's assignment lists: people assigned in the month, and not
-- reads: attribution.assignment_month, attribution.participant
with acos as (select min(aco_id) as only_aco, count(distinct aco_id) as acos from attribution.participant)
select
  case when acos.acos = 1 then acos.only_aco else said.source_id end as aco_id, said.month, said.assigned, said.reason,
  count(*) as people
from attribution.assignment_month as said
cross join acos
group by all
