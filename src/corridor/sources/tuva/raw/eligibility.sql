-- tuva_raw.eligibility
select
  person_id, $load_sequence as load_sequence, line_number as file_line, staged.file_date as input_file_date, birth_date,
  case when lower(gender) in ('male', 'm') then 'male' when lower(gender) in ('female', 'f') then 'female'
    else 'unknown' end as gender,
  -- Medicare race codes
  case lower(race)
    when 'white' then '1' when 'black' then '2' when 'black or african american' then '2' when 'other' then '3'
    when 'asian' then '4' when 'hispanic' then '5' when 'hispanic or latino' then '5'
    when 'north american native' then '6' when 'american indian or alaska native' then '6' else '0' end as race_code,
  coalesce(fips_state_code, state_map.fips, left(fips_county_code, 2)) as state_code, fips_county_code as county_code,
  zip_code, death_date, enrollment_start_date, enrollment_end_date, lower(payer_type) as payer_type,
  original_reason_entitlement_code, dual_status_code, medicare_status_code
from staged
left join state_map on state_map.kind in ('name', 'postal') and state_map.code = lower(state)
join person_map as who on who.identifier = $person
