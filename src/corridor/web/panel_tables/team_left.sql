-- makes: one row per set of definitions, hospital and reason why a stay or procedure that would open a hospital episode does not count
-- reads: team.episode
select
  definition_set, facility_ccn, exclusion_reason, count(*) as triggers, count(distinct person_id) as people
from team.episode
where excluded
group by all
