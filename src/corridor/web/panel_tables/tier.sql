-- makes: one row per ACO, practice, clinician and need tier: people, deaths, and what they cost in the measured year
-- reads: population.need_tier, measures.performance_member, attribution.person
select
  person.aco_id, person.tin, person.npi, tier.tier, count(*) as people, count(*) filter (where tier.died) as deaths,
  sum(tier.months) as member_months, sum(member.expenditure) as expenditure
from population.need_tier as tier
left join attribution.person as person on person.person_id = tier.person_id
left join measures.performance_member as member on member.person_id = tier.person_id
group by all
