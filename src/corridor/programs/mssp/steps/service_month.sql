-- step:      mssp.service_month
-- makes:     one row per ACO, month, enrolment type, category of service (total: every member month) and whether the
--            people were assigned the year before and the year after: member months of all these people, of the category
--            only in months in which it was used, claims and expenditure, completed
-- key:       aco_id, month, was_assigned, stays_assigned, enrollment_type, service_category
-- reads:     mssp.assigned, mssp.person_month, population.claim_line, population.completion
-- cites:     42 CFR 425.605(a); docs/aco.md (drivers of the variance)
-- evidence:  mssp.person_month(aco_id, month, enrollment_type)
-- owner:     aco_id
-- partition: service_month
with cohort as (
  select
    this.aco_id, this.person_id, this.year, before.person_id is not null as was_assigned,
    later.person_id is not null as stays_assigned
  from mssp.assigned as this
  left join mssp.assigned as before
    on before.person_id = this.person_id and before.aco_id = this.aco_id and before.year = this.year - 1
  left join mssp.assigned as later
    on later.person_id = this.person_id and later.aco_id = this.aco_id and later.year = this.year + 1
),
member as (
  select
    month.aco_id, month.person_id, month.month, month.service_month, month.year, month.enrollment_type,
    cohort.was_assigned, cohort.stays_assigned, coalesce(completion.completion_factor, 1) as completion_factor
  from mssp.person_month as month
  join cohort
    on cohort.aco_id = month.aco_id and cohort.person_id = month.person_id and cohort.year = month.year
  left join population.completion as completion
    on completion.month = month.month and completion.enrollment_type = month.enrollment_type
),
claim as (
  select
    source_id, claim_id, person_id, service_month as month, service_category,
    sum(expenditure_amount) as expenditure
  from population.claim_line
  where part <> 'D' and person_id is not null
  group by source_id, claim_id, person_id, service_month, service_category
),
served as (
  select
    member.aco_id, member.month, member.year, member.service_month, member.was_assigned,
    member.stays_assigned, member.enrollment_type, claim.service_category,
    cx_exact_sum(member.completion_factor) as claims,
    cx_exact_sum(cast(claim.expenditure as double) * member.completion_factor) as expenditure
  from member
  join claim on claim.person_id = member.person_id and claim.month = member.month
  where claim.expenditure <> 0
  group by
    member.aco_id, member.month, member.year, member.service_month, member.was_assigned,
    member.stays_assigned, member.enrollment_type, claim.service_category
),
months as (
  select
    aco_id, month, year, service_month, was_assigned, stays_assigned, enrollment_type,
    'total' as service_category, count(*) as member_months
  from member
  group by aco_id, month, year, service_month, was_assigned, stays_assigned, enrollment_type
)
select
  served.aco_id, served.month, served.was_assigned, served.stays_assigned, served.enrollment_type,
  served.service_category, served.year, cast(months.member_months as bigint) as member_months, served.claims,
  served.expenditure, served.service_month
from served
join months
  on months.aco_id = served.aco_id and months.month = served.month and months.was_assigned = served.was_assigned
  and months.stays_assigned = served.stays_assigned and months.enrollment_type = served.enrollment_type
union all
select
  aco_id, month, was_assigned, stays_assigned, enrollment_type, service_category, year,
  cast(member_months as bigint) as member_months, cast(0 as double) as claims, cast(0 as double) as expenditure,
  service_month
from months
