-- synpuf_raw.beneficiary_month: twelve rows a person and year, with how many months of each coverage the year had
select
  person_id, $load_sequence as load_sequence, $year as summary_year, cast(month as integer) as month_number,
  cast(12 - month as integer) as months_left, make_date($year, month, 1) as month_start,
  last_day(make_date($year, month, 1)) as month_end, bene_hi_cvrage_tot_mons as a_months,
  bene_smi_cvrage_tot_mons as b_months, bene_hmo_cvrage_tot_mons as hmo_months, plan_cvrg_mos_num as d_months,
  bene_birth_dt as birth_date, bene_death_dt as death_date,
  case bene_sex_ident_cd when '1' then 'male' when '2' then 'female' else 'unknown' end as gender,
  bene_race_cd as race_code, state.fips as state_code
from staged
cross join (select unnest(range(1, 13)) as month) as months
left join state_map as state on state.kind = 'ssa' and state.code = sp_state_code
join person_map as who on who.identifier = $person
