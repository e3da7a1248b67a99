-- step:      measures.outlier_service
-- makes:     one row per clinician and family of services that any clinician of the specialty gave in the measured
--            year: people seen, people served, services, standardized dollars and their squares over people
-- key:       npi, family
-- reads:     population.claim_line, claims.clinician_specialty, run.setting
-- rules:     performance.service_family, performance.outlier_minimum_people
-- cites:     docs/money.md
-- evidence:  population.claim_line(npi)
-- owner:     npi
with coded as (
  select seen.hcpcs_code, min(range.family) as family
  from (select distinct hcpcs_code from population.claim_line where hcpcs_code is not null) as seen
  join rules.performance_service_family as range
    on seen.hcpcs_code between range.first_code and range.last_code
    and length(seen.hcpcs_code) = length(range.first_code) and right(seen.hcpcs_code, 1) between '0' and '9'
  where seen.hcpcs_code < 'A'
  group by seen.hcpcs_code
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
person as (
  select
    line.npi, line.person_id,
    coalesce(
      coded.family, case when line.hcpcs_code >= 'A' then concat('HCPCS ', left(line.hcpcs_code, 1)) end, 'other'
    ) as family,
    count(*) as services, sum(line.standardized_amount) as dollars
  from population.claim_line as line
  join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
  left join coded on coded.hcpcs_code = line.hcpcs_code
  where line.part = 'B' and line.npi is not null and line.hcpcs_code is not null and line.person_id is not null
    and line.facility_ccn is null
  group by line.npi, line.person_id, coalesce(
    coded.family, case when line.hcpcs_code >= 'A' then concat('HCPCS ', left(line.hcpcs_code, 1)) end, 'other'
  )
),
panel as (
  select person.npi, specialty.specialty_code, count(distinct person.person_id) as people
  from person
  join specialty on specialty.npi = person.npi
  group by person.npi, specialty.specialty_code
),
enough as (
  select panel.npi, panel.specialty_code, panel.people
  from panel
  cross join rules.performance_outlier_minimum_people as fewest
  where panel.people >= fewest.value
),
given as (
  select
    npi, family, count(*) as people_served, cast(sum(services) as bigint) as services, sum(dollars) as dollars,
    cx_exact_sum(cast(dollars as double) * cast(dollars as double)) as squared_dollars
  from person
  group by npi, family
),
-- who never gave a service that the specialty gives is a peer too
asked as (
  select distinct enough.specialty_code, given.family
  from given
  join enough on enough.npi = given.npi
)
select
  enough.npi, enough.specialty_code, asked.family, enough.people, coalesce(given.people_served, 0) as people_served,
  coalesce(given.services, 0) as services, cast(coalesce(given.dollars, 0) as decimal(18, 2)) as dollars,
  coalesce(given.squared_dollars, 0) as squared_dollars
from enough
join asked on asked.specialty_code = enough.specialty_code
left join given on given.npi = enough.npi and given.family = asked.family
