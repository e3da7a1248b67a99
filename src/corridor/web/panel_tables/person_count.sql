-- makes: one row per ACO, practice and clinician: the people of the measured year they answer for, and their cost
-- reads: measures.performance_member
select
  aco_id, tin, npi, count(*) as people, sum(member_months) as member_months, sum(expenditure) as expenditure,
  sum(relative_risk) as relative, count(relative_risk) as with_risk
from measures.performance_member
group by all
