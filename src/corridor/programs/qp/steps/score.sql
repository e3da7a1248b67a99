-- step:      qp.score
-- makes:     one row per year, level (APM entity or clinician), service basis and snapshot: payments for and number of
--            attributed and of attribution-eligible people, from 1 January to the day of the snapshot. A clinician's own
--            score counts people of Advanced APMs; those of entities whose track is not known stand apart (open)
-- key:       performance_year, level, subject, basis, snapshot
-- reads:     qp.service, qp.member, qp.entity, qp.person, claims.period
-- rules:     qp.snapshot, qp.basis_scope
-- cites:     42 CFR 414.1425(b), 414.1435; docs/qp.md
-- evidence:  qp.service(npi)
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
clinician as (
  select
    member.performance_year, member.npi, member.apm_entity_id, min(member.first_snapshot) as first_snapshot,
    max(case when entity.advanced then 1 else 0 end) as is_advanced,
    max(case when entity.advanced is null then 1 else 0 end) as is_open,
    max(case when entity.left_entity then 1 else 0 end) as has_left
  from qp.member as member
  join qp.entity as entity
    on entity.performance_year = member.performance_year and entity.apm_entity_id = member.apm_entity_id
  where member.first_snapshot is not null
  group by member.performance_year, member.npi, member.apm_entity_id
),
single as (
  select performance_year, npi, min(first_snapshot) as first_snapshot from clinician group by performance_year, npi
),
eligible as (
  select
    service.year, service.month, service.tin, service.npi, service.person_id, service.visits, service.payments,
    service.visit_payments, person.apm_entity_id
  from qp.service as service
  join qp.person as person
    on person.performance_year = service.year and person.person_id = service.person_id
    and person.eligibility = 'eligible' and person.attribution_known
  where service.services > 0
),
-- an entity's services are those of its clinicians under its practices; a clinician's own, under every practice.
-- A practice or clinician counts from the first snapshot that finds it on the list
counted as (
  select
    eligible.year, 'entity' as level, member.apm_entity_id as subject, eligible.person_id, eligible.month,
    eligible.visits, eligible.payments, eligible.visit_payments, member.first_snapshot,
    case when eligible.apm_entity_id = member.apm_entity_id then member.first_snapshot end as attributed_from,
    cast(null as integer) as open_from
  from eligible
  join qp.member as member
    on member.performance_year = eligible.year and member.tin = eligible.tin and member.npi = eligible.npi
  union all
  select
    eligible.year, 'individual' as level, eligible.npi as subject, eligible.person_id, eligible.month, eligible.visits,
    eligible.payments, eligible.visit_payments, single.first_snapshot,
    case when own.is_advanced = 1 and own.has_left = 0 then own.first_snapshot end as attributed_from,
    case when own.is_open = 1 and own.has_left = 0 then own.first_snapshot end as open_from
  from eligible
  join single on single.performance_year = eligible.year and single.npi = eligible.npi
  left join clinician as own
    on own.performance_year = eligible.year and own.npi = eligible.npi and own.apm_entity_id = eligible.apm_entity_id
),
-- the ends of snapshots are ends of months
by_person as (
  select
    counted.year, counted.level, counted.subject, snapshot.snapshot, counted.person_id,
    max(case when counted.attributed_from <= snapshot.snapshot then 1 else 0 end) as attributed,
    max(case when counted.open_from <= snapshot.snapshot then 1 else 0 end) as is_open,
    sum(counted.visits) as visits, sum(counted.payments) as payments, sum(counted.visit_payments) as visit_payments,
    max(make_date(counted.year, snapshot.end_month, snapshot.end_day)) as snapshot_end
  from counted
  join rules.qp_snapshot as snapshot
    on snapshot.decides_qp and counted.first_snapshot <= snapshot.snapshot
    and counted.month <= cx_month_of(make_date(counted.year, snapshot.end_month, snapshot.end_day))
  group by counted.year, counted.level, counted.subject, snapshot.snapshot, counted.person_id
),
based as (
  select
    year, level, subject, 'covered' as basis, snapshot, snapshot_end, attributed, is_open, payments
  from by_person
  union all
  select
    by_person.year, by_person.level, by_person.subject, 'visits' as basis, by_person.snapshot, by_person.snapshot_end,
    by_person.attributed, by_person.is_open,
    case when scope.value = 'payments' then by_person.visit_payments else by_person.payments end
  from by_person
  cross join rules.qp_basis_scope as scope
  where by_person.visits > 0
)
select
  based.year as performance_year, based.level, based.subject, based.basis, based.snapshot,
  cast(sum(case when based.attributed = 1 then based.payments else 0 end) as decimal(18, 2)) as attributed_payments,
  cast(sum(based.payments) as decimal(18, 2)) as eligible_payments,
  count(case when based.attributed = 1 then 1 end) as attributed_patients, count(*) as eligible_patients,
  cast(sum(case when based.is_open = 1 then based.payments else 0 end) as decimal(18, 2)) as open_payments,
  count(case when based.is_open = 1 then 1 end) as open_patients,
  max(loaded.first_day) <= max(make_date(based.year, 1, 1)) and max(loaded.last_day) >= max(based.snapshot_end) as is_whole
from based
cross join loaded
group by based.year, based.level, based.subject, based.basis, based.snapshot
