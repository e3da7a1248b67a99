-- step:      measures.leakage
-- makes:     one row per ACO, category of service, specialty and who was paid: dollars of assigned people in the
--            measured year, inside the network, outside it, or where a facility of no list was paid
-- key:       aco_id, service_category, specialty_code, receiver_kind, receiver_id
-- reads:     population.claim_line, attribution.person, attribution.participant, attribution.reach_participant,
--            org_raw.provider_roster, claims.clinician_specialty, run.setting
-- rules:     performance.leakage_category
-- cites:     docs/money.md
-- evidence:  population.claim_line(service_category)
-- owner:     aco_id
with listed as (
  select aco_id, tin from attribution.participant where aco_id is not null
  union
  select aco_id, tin from attribution.reach_participant where not is_trial
),
basis as (
  select case when count(*) > 0 then 'participant_list' else 'roster' end as network_basis from listed
),
network as (
  select aco_id, tin from listed
  union
  select 'own practices' as aco_id, roster.tin
  from org_raw.provider_roster as roster
  cross join basis
  where basis.network_basis = 'roster' and roster.tin is not null
),
-- without a participant list, the practices of the roster are the network of the people they answer for
assigned as (
  select
    person.person_id, case when basis.network_basis = 'roster' then 'own practices' else person.aco_id end as aco_id,
    basis.network_basis
  from attribution.person as person
  cross join basis
  where (basis.network_basis = 'participant_list' and person.aco_id is not null)
    or (basis.network_basis = 'roster' and person.tin in (select tin from network))
),
specialty as (
  select npi, specialty_code
  from (
    select
      known.npi, known.specialty_code,
      row_number() over (partition by known.npi order by known.service_year desc) as place
    from claims.clinician_specialty as known
    join run.setting as setting on known.service_year <= setting.data_year
  )
  where place = 1
),
-- people are counted from rows of people: a distinct count over all lines would not spill
by_person as (
  select
    assigned.aco_id, assigned.network_basis, line.person_id, line.service_category, line.npi, line.tin,
    line.facility_ccn, count(*) as lines, sum(line.paid_amount) as paid_amount,
    sum(line.expenditure_amount) as expenditure_amount
  from population.claim_line as line
  join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
  join assigned on assigned.person_id = line.person_id
  group by assigned.aco_id, assigned.network_basis, line.person_id, line.service_category, line.npi, line.tin,
    line.facility_ccn
),
placed as (
  select
    by_person.*, coalesce(specialty.specialty_code, 'none') as specialty_code,
    case
      when by_person.tin is not null then 'tin' when by_person.facility_ccn is not null then 'ccn' else 'unknown'
    end as receiver_kind,
    coalesce(by_person.tin, by_person.facility_ccn, 'unknown') as receiver_id
  from by_person
  left join specialty on specialty.npi = by_person.npi
),
summed as (
  select
    aco_id, network_basis, service_category, specialty_code, receiver_kind, receiver_id,
    cast(sum(lines) as bigint) as lines, count(distinct person_id) as people, sum(paid_amount) as paid_amount,
    sum(expenditure_amount) as expenditure_amount
  from placed
  group by aco_id, network_basis, service_category, specialty_code, receiver_kind, receiver_id
)
select
  summed.aco_id, summed.network_basis, summed.service_category, category.facility, summed.specialty_code,
  summed.receiver_kind, summed.receiver_id,
  case
    when network.tin is not null then 'inside'
    when summed.receiver_kind = 'tin' then 'outside'
    else 'unknown'
  end as network,
  summed.lines, summed.people, cast(summed.paid_amount as decimal(18, 2)) as paid_amount,
  cast(summed.expenditure_amount as decimal(18, 2)) as expenditure_amount
from summed
join rules.performance_leakage_category as category on category.service_category = summed.service_category
left join network
  on network.aco_id = summed.aco_id and summed.receiver_kind = 'tin' and network.tin = summed.receiver_id
