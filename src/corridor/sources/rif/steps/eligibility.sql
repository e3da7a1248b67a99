-- step:      rif.eligibility
-- makes:     one row per run of months in which a person's enrolment stayed the same
-- key:       source_id, person_id, enrollment_start_date
-- reads:     rif_raw.beneficiary_month, identity.person_alias
-- cites:     CMS research identifiable files, monthly entitlement and HMO indicators; docs/sources/rif.md
-- evidence:  none
with newest_first as (
  select
    month.source_id, month.delivery_id, coalesce(alias.kept_person_id, month.person_id) as person_id,
    month.month_start, month.month_end, month.state_code, month.county_code, month.zip_code,
    month.medicare_status_code, month.dual_status_code, month.part_a, month.part_b, month.medicare_advantage,
    month.part_d, month.birth_date, month.gender, month.race_code, month.death_date,
    month.original_reason_entitlement_code, month.dml_ind,
    row_number() over (
      partition by month.source_id, coalesce(alias.kept_person_id, month.person_id), month.month_start
      order by
        month.load_sequence desc, case when month.dml_ind = 'DELETE' then 1 else 0 end desc, month.dml_ind desc,
        month.file_number desc, month.file_line desc, month.person_id
    ) as place
  from rif_raw.beneficiary_month as month
  left join identity.person_alias as alias on alias.person_id = month.person_id
),
months as (
  select
    source_id, delivery_id, person_id, month_start, month_end, state_code, county_code, zip_code,
    medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, birth_date, gender,
    race_code, death_date, original_reason_entitlement_code,
    concat_ws(
      '|', coalesce(state_code, '-'), coalesce(county_code, '-'), coalesce(zip_code, '-'),
      coalesce(medicare_status_code, '-'), coalesce(dual_status_code, '-'), cast(part_a as varchar),
      cast(part_b as varchar), cast(medicare_advantage as varchar), cast(part_d as varchar)
    ) as kind
  from newest_first
  where place = 1 and dml_ind <> 'DELETE' and (part_a or part_b)
    and (death_date is null or month_start <= death_date)
),
changes as (
  select
    *,
    case
      when lag(kind) over (partition by source_id, person_id order by month_start) = kind
        and cx_add_days(lag(month_end) over (partition by source_id, person_id order by month_start), 1) = month_start
      then 0 else 1
    end as starts
  from months
),
runs as (
  select *, sum(starts) over (partition by source_id, person_id order by month_start) as run from changes
),
person as (
  select
    source_id, person_id, birth_date, gender, race_code, original_reason_entitlement_code,
    max(death_date) over (partition by source_id, person_id) as death_date,
    row_number() over (partition by source_id, person_id order by month_start desc) as place
  from newest_first
  where newest_first.place = 1 and dml_ind <> 'DELETE'
)
select
  runs.source_id, max(runs.delivery_id) as delivery_id, runs.person_id, max(person.birth_date) as birth_date,
  max(person.gender) as gender, max(person.race_code) as race_code, max(runs.state_code) as state_code,
  max(runs.county_code) as county_code, max(runs.zip_code) as zip_code, max(person.death_date) as death_date,
  min(runs.month_start) as enrollment_start_date, max(runs.month_end) as enrollment_end_date,
  max(person.original_reason_entitlement_code) as original_reason_entitlement_code,
  max(runs.medicare_status_code) as medicare_status_code, max(runs.dual_status_code) as dual_status_code,
  bool_and(runs.part_a) as part_a, bool_and(runs.part_b) as part_b,
  bool_and(runs.medicare_advantage) as medicare_advantage, bool_and(runs.part_d) as part_d,
  'monthly' as enrollment_basis
from runs
join person on person.source_id = runs.source_id and person.person_id = runs.person_id and person.place = 1
group by runs.source_id, runs.person_id, runs.run
