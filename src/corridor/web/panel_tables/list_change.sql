-- makes: one row per ACO, year, list and reason: people CMS says left the assignment list (table 1-5)
-- reads: attribution.turnover, attribution.participant
with acos as (select min(aco_id) as only_aco, count(distinct aco_id) as acos from attribution.participant)
select
  case when acos.acos = 1 then acos.only_aco else turnover.source_id end as aco_id, turnover.performance_year,
  turnover.report_period, turnover.reason, count(*) as people
from attribution.turnover as turnover
cross join acos
group by all
