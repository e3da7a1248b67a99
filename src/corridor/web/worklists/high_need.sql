-- one row per patient alive of high or rising need, or of high cost, in the measured year
-- reads: population.need_tier, measures.performance_member, measures.high_cost_claimant, attribution.focal_clinician
with dear as (
  select person_id, reason from measures.high_cost_claimant where not died
),
need as (
  select person_id, tier, reason, criteria from population.need_tier where tier in ('high_need', 'rising') and not died
),
listed as (
  select
    coalesce(need.person_id, dear.person_id) as person_id, coalesce(need.tier, 'high_cost') as kind,
    coalesce(need.reason, dear.reason) as words, need.criteria as n
  from need
  full join dear on dear.person_id = need.person_id
)
select
  listed.person_id, cast(setting.data_year as varchar) as subject, member.tin, member.npi,
  cast(member.expenditure as double) as dollars, listed.n, focal.last_visit as day, listed.kind,
  upper(left(listed.words, 1)) || substr(listed.words, 2) as words
from listed
cross join made.setting as setting
left join measures.performance_member as member on member.person_id = listed.person_id
left join attribution.focal_clinician as focal on focal.person_id = listed.person_id
