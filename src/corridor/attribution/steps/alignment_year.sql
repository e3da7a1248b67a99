-- step:      attribution.alignment_year
-- makes:     one row per alignment year of REACH for the measured year: its days and the parts it weighs
-- key:       alignment_year
-- reads:     run.setting, claims.period
-- rules:     reach.alignment_year
-- cites:     REACH Financial Operating Guide, section 3
-- evidence:  none
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
dated as (
  select
    offsets.alignment_year, setting.data_year, offsets.weight_parts,
    make_date(setting.data_year + offsets.start_year_offset, offsets.start_month, 1) as start_date,
    last_day(make_date(setting.data_year + offsets.end_year_offset, offsets.end_month, 1)) as end_date,
    cast(sum(offsets.weight_parts) over (partition by setting.data_year) as integer) as all_parts
  from rules.reach_alignment_year as offsets
  cross join run.setting as setting
)
select
  dated.alignment_year, dated.data_year, dated.start_date, dated.end_date, dated.weight_parts, dated.all_parts,
  max(dated.end_date) over (partition by dated.data_year) as last_date,
  coalesce(loaded.first_day <= dated.start_date and loaded.last_day >= dated.end_date, false) as covered,
  coalesce(loaded.first_day <= dated.end_date and loaded.last_day >= dated.start_date, false) as overlaps_claims
from dated
cross join loaded
