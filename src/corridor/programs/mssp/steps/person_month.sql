-- step:      mssp.person_month
-- makes:     one row per ACO, assigned person and month that counts (Parts A and B, no health plan, alive): enrolment
--            type and expenditure, with the threshold at which a whole year of the type is cut
-- key:       aco_id, person_id, month
-- reads:     mssp.assigned, population.member_month, population.truncation
-- cites:     42 CFR 425.605(a); MSSP notes 4.1 and 4.3
-- evidence:  population.member_month(person_id, month)
-- owner:     aco_id, tin
-- partition: service_month
select
  assigned.aco_id, assigned.tin, member.person_id, member.month, member.year,
  coalesce(member.enrollment_type, 'unknown') as enrollment_type, member.expenditure,
  cut.threshold as truncation_threshold, cut.threshold_source, member.service_month
from mssp.assigned as assigned
join population.member_month as member on member.person_id = assigned.person_id and member.year = assigned.year
left join population.truncation as cut
  on cut.year = member.year and cut.enrollment_type = coalesce(member.enrollment_type, 'unknown')
