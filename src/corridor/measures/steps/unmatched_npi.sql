-- step:      measures.unmatched_npi
-- makes:     one row per clinician and practice (npi, tin) of the year's claims that the loaded roster does not know on
--            the day of service, with the dollars that hang on it; nothing where no roster is loaded
-- key:       npi, tin
-- reads:     claims.service_line, claims.clinician_specialty, org_raw.provider_roster, org_raw.participant_list,
--            reference.nppes, run.setting
-- cites:     Corridor; docs/sources/organisation.md
-- evidence:  claims.service_line(npi, tin)
-- owner:     tin, npi
with listed as (
  select distinct npi, tin, coalesce(start_date, date '1000-01-01') as start_date,
    coalesce(end_date, date '9999-12-31') as end_date
  from org_raw.provider_roster
  where npi is not null
),
-- drugs of Part D name who prescribed them, not who was paid
billed as (
  select
    line.npi, coalesce(line.tin, '') as tin, line.service_date, line.source_id, line.claim_id, line.claim_line_number,
    line.part, line.person_id, line.paid_amount, line.allowed_amount
  from claims.service_line as line
  cross join run.setting as setting
  where line.npi is not null and line.part <> 'D' and cx_year_of(line.service_date) = setting.data_year
    and exists (select 1 from listed)
),
-- a facility's claim names no practice: there the clinician alone must be known
pair_day as (
  select distinct npi, tin, service_date from billed
),
known as (
  select
    pair_day.npi, pair_day.tin, pair_day.service_date,
    max(case
      when pair_day.service_date between listed.start_date and listed.end_date
        and (listed.tin = pair_day.tin or pair_day.tin = '' or listed.tin is null) then 1 else 0
    end) as on_the_day,
    max(case when listed.tin = pair_day.tin or pair_day.tin = '' or listed.tin is null then 1 else 0 end) as of_practice,
    count(listed.npi) as rows_listed
  from pair_day
  left join listed on listed.npi = pair_day.npi
  group by pair_day.npi, pair_day.tin, pair_day.service_date
),
missing as (
  select
    billed.npi, billed.tin, count(*) as lines, count(distinct billed.person_id) as people,
    count(distinct concat_ws('/', billed.source_id, billed.claim_id)) as claims,
    cast(coalesce(sum(billed.paid_amount), 0) as decimal(18, 2)) as paid_amount,
    cast(coalesce(sum(billed.allowed_amount), 0) as decimal(18, 2)) as allowed_amount,
    min(billed.service_date) as first_service_date, max(billed.service_date) as last_service_date,
    max(known.of_practice) as of_practice, max(known.rows_listed) as rows_listed
  from billed
  join known
    on known.npi = billed.npi and known.tin = billed.tin and known.service_date = billed.service_date
  where known.on_the_day = 0
  group by billed.npi, billed.tin
),
registered as (
  select
    npi, name, entity_type, taxonomy_code, practice_state, active,
    row_number() over (
      partition by npi order by last_update_date desc nulls last, vintage desc
    ) as place
  from reference.nppes
),
participant as (
  select distinct listed.tin
  from org_raw.participant_list as listed
  cross join run.setting as setting
  where listed.tin is not null
    and (listed.start_date is null or cx_year_of(listed.start_date) <= setting.data_year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= setting.data_year)
)
select
  missing.npi, missing.tin,
  case
    when missing.rows_listed = 0 then 'not_in_roster'
    when missing.of_practice = 0 then 'in_roster_under_another_tin'
    else 'outside_its_dates'
  end as reason,
  participant.tin is not null as participant_tin, missing.lines, missing.claims, missing.people, missing.paid_amount,
  missing.allowed_amount, missing.first_service_date, missing.last_service_date, specialty.specialty_code,
  registered.name, registered.entity_type, registered.taxonomy_code, registered.practice_state,
  registered.active as npi_active
from missing
cross join run.setting as setting
left join participant on participant.tin = missing.tin
left join claims.clinician_specialty as specialty
  on specialty.npi = missing.npi and specialty.service_year = setting.data_year
left join registered on registered.npi = missing.npi and registered.place = 1
