-- fhir_raw.patient
with known as (
  select
    place, file_line, r, '$prefix' || r.id as person_key,
    list_filter(r.extension, lambda e: fhir_key(e.url) = 'race')[1].valueCoding.code as cms_race,
    list_filter(r.extension, lambda e: fhir_key(e.url) = 'us_core_ethnicity')[1] as ethnicity,
    list_filter(r.extension, lambda e: fhir_key(e.url) = 'us_core_race')[1] as race
  from patient
)
select
  who.person_id, try_cast(r.meta.lastUpdated as timestamptz)::timestamp as last_updated,
  $load_sequence as load_sequence, $file_number as file_number, known.place as resource_number, known.file_line,
  fhir_day(r.birthDate) as birth_date,
  case when r.gender in ('male', 'female') then r.gender else 'unknown' end as gender,
  coalesce(known.cms_race, by_ethnicity.value, by_race.value) as race_code,
  state_map.fips as state_code, left(r.address[1].postalCode, 5) as zip_code, fhir_day(r.deceasedDateTime) as death_date
from known
join person_map as who on who.identifier = known.person_key
left join fhir_code as by_race
  on by_race.list = 'race'
  and by_race.code = list_filter(known.race.extension, lambda e: e.url = 'ombCategory')[1].valueCoding.code
left join fhir_code as by_ethnicity
  on by_ethnicity.list = 'race'
  and by_ethnicity.code = list_filter(known.ethnicity.extension, lambda e: e.url = 'ombCategory')[1].valueCoding.code
left join state_map
  on state_map.code = lower(r.address[1].state)
  and state_map.kind = case when regexp_full_match(r.address[1].state, '[0-9]+') then 'ssa' else 'postal' end
