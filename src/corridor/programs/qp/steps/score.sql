-- step:      qp.score
-- makes:     one row per year, level (APM entity or clinician), service basis and snapshot: payments for and number of
--            attributed and of attribution-eligible people, from 1 January to the day of the snapshot
-- key:       performance_year, level, subject, basis, snapshot
-- reads:     qp.service, qp.member, qp.person, claims.period
-- rules:     qp.snapshot, qp.basis_scope
-- cites:     42 CFR 414.1425(b), 414.1435; docs/qp.md
-- evidence:  qp.service(npi)
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
clinician as (
  select distinct performance_year, npi, apm_entity_id from qp.member
),
eligible as (
  select
    service.year, service.month, service.tin, service.npi, service.person_id, service.visits, service.payments,
    service.visit_payments, person.apm_entity_id
  from qp.service as service
  join qp.person as person
    on person.performance_year = service.year and person.person_id = service.person_id
    and person.eligibility = 'eligible' and person.attribution_known
),
-- an entity's services are those of its clinicians under its practices; a clinician's own, under every practice
counted as (
  select
    eligible.year, 'entity' as level, member.apm_entity_id as subject, eligible.person_id, eligible.month,
    eligible.visits, eligible.payments, eligible.visit_payments,
    case when eligible.apm_entity_id = member.apm_entity_id then 1 else 0 end as attributed
  from eligible
  join qp.member as member
    on member.performance_year = eligible.year and member.tin = eligible.tin and member.npi = eligible.npi
  union all
  select
    eligible.year, 'individual' as level, eligible.npi as subject, eligible.person_id, eligible.month, eligible.visits,
    eligible.payments, eligible.visit_payments, case when own.npi is not null then 1 else 0 end as attributed
  from eligible
  join (select distinct performance_year, npi from clinician) as member
    on member.performance_year = eligible.year and member.npi = eligible.npi
  left join clinician as own
    on own.performance_year = eligible.year and own.npi = eligible.npi and own.apm_entity_id = eligible.apm_entity_id
),
-- the ends of snapshots are ends of months
by_person as (
  select
    counted.year, counted.level, counted.subject, snapshot.snapshot, counted.person_id, max(counted.attributed) as attributed,
    sum(counted.visits) as visits, sum(counted.payments) as payments, sum(counted.visit_payments) as visit_payments,
    max(make_date(counted.year, snapshot.end_month, snapshot.end_day)) as snapshot_end
  from counted
  join rules.qp_snapshot as snapshot
    on snapshot.decides_qp
    and counted.month <= cx_month_of(make_date(counted.year, snapshot.end_month, snapshot.end_day))
  group by counted.year, counted.level, counted.subject, snapshot.snapshot, counted.person_id
),
based as (
  select
    year, level, subject, 'covered' as basis, snapshot, snapshot_end, attributed, payments
  from by_person
  union all
  select
    by_person.year, by_person.level, by_person.subject, 'visits' as basis, by_person.snapshot, by_person.snapshot_end,
    by_person.attributed, case when scope.value = 'payments' then by_person.visit_payments else by_person.payments end
  from by_person
  cross join rules.qp_basis_scope as scope
  where by_person.visits > 0
)
select
  based.year as performance_year, based.level, based.subject, based.basis, based.snapshot,
  cast(sum(case when based.attributed = 1 then based.payments else 0 end) as decimal(18, 2)) as attributed_payments,
  cast(sum(based.payments) as decimal(18, 2)) as eligible_payments,
  count(case when based.attributed = 1 then 1 end) as attributed_patients, count(*) as eligible_patients,
  max(loaded.first_day) <= max(make_date(based.year, 1, 1)) and max(loaded.last_day) >= max(based.snapshot_end) as is_whole
from based
cross join loaded
group by based.year, based.level, based.subject, based.basis, based.snapshot
