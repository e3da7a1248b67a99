-- step:      mssp.service_unit
-- makes:     one row per ACO, year, enrolment type, category of service (total: every member month) and whether the
--            people were assigned the year before and the year after: member months of all these people, of the category
--            only in months in which it was used, claims and expenditure, completed
-- key:       aco_id, year, was_assigned, stays_assigned, enrollment_type, service_category
-- reads:     mssp.service_month
-- cites:     42 CFR 425.605(a); docs/aco.md (drivers of the variance)
-- evidence:  mssp.service_month(aco_id, year, enrollment_type)
-- owner:     aco_id
select
  aco_id, year, was_assigned, stays_assigned, enrollment_type, service_category,
  cast(sum(member_months) as bigint) as member_months, cx_exact_sum(claims) as claims,
  cx_exact_sum(expenditure) as expenditure
from mssp.service_month
group by aco_id, year, was_assigned, stays_assigned, enrollment_type, service_category
