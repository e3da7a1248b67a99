-- step:      synpuf.person_month
-- makes:     one row per person and month, with the coverage of that month. The files give months a year only: they
--            are taken from January where the coverage held the year before, or the person died; else up to December
-- key:       source_id, person_id, month_start
-- reads:     synpuf_raw.beneficiary_month, identity.person_alias
-- cites:     CMS DE-SynPUF codebook; docs/sources/synpuf.md
-- evidence:  none
with newest as (
  select
    month.source_id, month.delivery_id, coalesce(alias.kept_person_id, month.person_id) as person_id,
    month.summary_year, month.month_number, month.months_left, month.month_start, month.month_end, month.a_months,
    month.b_months, month.hmo_months, month.d_months, month.birth_date, month.death_date, month.gender,
    month.race_code, month.state_code,
    row_number() over (
      partition by month.source_id, coalesce(alias.kept_person_id, month.person_id), month.month_start
      order by month.load_sequence desc, month.delivery_id desc, month.person_id
    ) as place
  from synpuf_raw.beneficiary_month as month
  left join identity.person_alias as alias on alias.person_id = month.person_id
),
with_before as (
  select
    now.source_id, now.delivery_id, now.person_id, now.summary_year, now.month_number, now.months_left,
    now.month_start, now.month_end, now.a_months, now.b_months, now.hmo_months, now.d_months, now.birth_date,
    now.death_date, now.gender, now.race_code, now.state_code,
    coalesce(cx_year_of(now.death_date) = now.summary_year, false) as died,
    coalesce(before.a_months, 0) > 0 as had_a, coalesce(before.b_months, 0) > 0 as had_b,
    coalesce(before.hmo_months, 0) > 0 as had_hmo, coalesce(before.d_months, 0) > 0 as had_d
  from newest as now
  left join newest as before
    on before.source_id = now.source_id and before.person_id = now.person_id and before.place = 1
    and before.summary_year = now.summary_year - 1 and before.month_number = now.month_number
  where now.place = 1
)
select
  source_id, delivery_id, person_id, month_start, month_end, birth_date, death_date, gender, race_code, state_code,
  case when had_a or died then month_number <= a_months else months_left < a_months end as part_a,
  case when had_b or died then month_number <= b_months else months_left < b_months end as part_b,
  case when had_hmo or died then month_number <= hmo_months else months_left < hmo_months end as medicare_advantage,
  case when had_d or died then month_number <= d_months else months_left < d_months end as part_d
from with_before
