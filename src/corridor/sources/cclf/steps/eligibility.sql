-- step:      cclf.eligibility
-- makes:     one row per span of a beneficiary, from the newest demographic file that names the person: CCLF
--            knows only the status of its own day, which is carried back to the beginning of Part A and B
-- key:       source_id, person_id, enrollment_start_date
-- reads:     cclf_raw.cclf8, identity.person_alias
-- cites:     CCLF Information Packet v38, table 22; section 6 of the layout notes (no monthly history)
-- evidence:  none
with newest as (
  select
    raw.*, coalesce(alias.kept_person_id, raw.person_id) as kept_person_id,
    row_number() over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
      order by raw.file_date desc nulls last, raw.delivery_id desc, raw.line_number desc
    ) as place
  from cclf_raw.cclf8 as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
),
person as (
  select
    source_id, delivery_id, kept_person_id as person_id,
    case when not cx_is_missing_date(bene_dob) then bene_dob end as birth_date,
    case bene_sex_cd when '1' then 'male' when '2' then 'female' else 'unknown' end as gender,
    bene_race_cd as race_code, bene_fips_state_cd as state_code,
    bene_fips_state_cd || bene_fips_cnty_cd as county_code, coalesce(geo_zip5_cd, bene_zip_cd) as zip_code,
    case when not cx_is_missing_date(bene_death_dt) then bene_death_dt end as death_date,
    bene_orgnl_entlmt_rsn_cd as original_reason_entitlement_code,
    bene_mdcr_stus_cd as medicare_status_code, bene_dual_stus_cd as dual_status_code,
    -- 1 Part A, 2 Part B, 3 both; A, B, C the same with the state paying the premium
    bene_entlmt_buyin_ind in ('1', '3', 'A', 'C') as has_a,
    bene_entlmt_buyin_ind in ('2', '3', 'B', 'C') as has_b,
    case when not cx_is_missing_date(bene_part_a_enrlmt_bgn_dt) then bene_part_a_enrlmt_bgn_dt end as a_start,
    case when not cx_is_missing_date(bene_part_b_enrlmt_bgn_dt) then bene_part_b_enrlmt_bgn_dt end as b_start,
    coalesce(case when not cx_is_missing_date(bene_dob) then bene_dob end, file_date) as fallback
  from newest
  where place = 1
),
start_day as (
  select source_id, person_id,
    case when has_a then coalesce(a_start, b_start, fallback) else coalesce(b_start, a_start, fallback) end as day
  from person
  union
  select source_id, person_id,
    case when has_b then coalesce(b_start, a_start, fallback) else coalesce(a_start, b_start, fallback) end as day
  from person
),
span as (
  select
    source_id, person_id, day as start_date,
    cx_add_days(lead(day) over (partition by source_id, person_id order by day), -1) as next_end
  from start_day
  where day is not null
)
select
  person.source_id, person.delivery_id, person.person_id, person.birth_date, person.gender, person.race_code,
  person.state_code, person.county_code, person.zip_code, person.death_date,
  span.start_date as enrollment_start_date,
  coalesce(span.next_end, case when person.death_date >= span.start_date then person.death_date end)
    as enrollment_end_date,
  person.original_reason_entitlement_code, person.medicare_status_code, person.dual_status_code,
  coalesce(person.has_a and span.start_date >= coalesce(person.a_start, span.start_date), false) as part_a,
  coalesce(person.has_b and span.start_date >= coalesce(person.b_start, span.start_date), false) as part_b,
  cast(null as boolean) as medicare_advantage, cast(null as boolean) as part_d,
  'current_status_carried_back' as enrollment_basis
from person
join span on span.source_id = person.source_id and span.person_id = person.person_id
