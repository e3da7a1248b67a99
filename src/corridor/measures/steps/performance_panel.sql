-- step:      measures.performance_panel
-- makes:     one row per clinician, practice, site, ACO and region that people have in common, and measure: sums over
--            those people; every level of performance is added up from it
-- key:       npi, tin, site_id, aco_id, region, measure
-- reads:     measures.performance_person, measures.performance_member
-- cites:     docs/performance.md
-- evidence:  measures.performance_member(npi, tin, site_id, aco_id, region)
-- owner:     tin, npi
select
  member.npi, member.tin, member.site_id, member.aco_id, member.region, value.measure, count(*) as people,
  cast(sum(value.denominator) as bigint) as denominator, cx_exact_sum(value.observed) as observed,
  cx_exact_sum(value.expected) as expected,
  cx_exact_sum((value.observed - value.expected) * (value.observed - value.expected)) as squared_difference,
  cast(sum(value.dollars) as decimal(18, 2)) as dollars, cast(sum(member.conditions) as bigint) as conditions
from measures.performance_person as value
join measures.performance_member as member on member.person_id = value.person_id
group by member.npi, member.tin, member.site_id, member.aco_id, member.region, value.measure
