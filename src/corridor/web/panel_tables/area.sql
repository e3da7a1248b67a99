-- makes: one row per ACO, practice, clinician (those who answer for the people), state and county of the people
-- reads: measures.performance_member, claims.person, attribution.person
select
  person.aco_id, person.tin, person.npi, home.state_code, home.county_code, count(*) as people,
  sum(member.member_months) as member_months, sum(member.expenditure) as expenditure,
  sum(power(cast(member.expenditure as double), 2)) as squared,
  sum(cast(member.expenditure as double) * member.member_months) as crossed,
  sum(power(member.member_months, 2)) as months_squared,
  sum(member.relative_risk) as relative, count(member.relative_risk) as with_risk
from measures.performance_member as member
join claims.person as home on home.person_id = member.person_id
left join attribution.person as person on person.person_id = member.person_id
group by all
