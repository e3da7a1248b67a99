-- rif_raw.beneficiary_month: twelve rows a beneficiary row, what each month of the year was
with months as (
  select
    *, state_code as residence,
    unnest([$entries]) as entry
  from staged
),
dated as (
  select *, make_date(cast(rfrnc_yr as integer), entry['month'], 1) as month_start from months
)
select
  person_id, month_start, last_day(month_start) as month_end, coalesce(dml_ind, 'INSERT') as dml_ind,
  $load_sequence as load_sequence, $file_number as file_number, line_number as file_line,
  bene_birth_dt as birth_date,
  case bene_sex_ident_cd when '1' then 'male' when '2' then 'female' else 'unknown' end as gender,
  bene_race_cd as race_code, death_dt as death_date, bene_entlmt_rsn_orig as original_reason_entitlement_code,
  coalesce(left(entry['county'], 2), state.fips) as state_code,
  case when length(entry['county']) = 5 then entry['county'] end as county_code, bene_zip_cd as zip_code,
  case when entry['status'] not in ($no_status) then entry['status'] end as medicare_status_code,
  case when entry['dual'] not in ($no_dual) then entry['dual'] end as dual_status_code,
  coalesce(entry['buyin'] in ($part_a), false) as part_a,
  coalesce(entry['buyin'] in ($part_b), false) as part_b,
  coalesce(entry['hmo'] not in ($not_medicare_advantage), false) as medicare_advantage,
  coalesce(entry['plan'] not in ($no_part_d), false) as part_d
from dated
left join (select code, max(fips) as fips from state_map where kind in ('ssa', 'postal') group by code) as state
  on state.code = lower(residence)
join person_map as who on who.identifier = $bene
