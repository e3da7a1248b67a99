-- step:      mips.segment
-- makes:     one row per performance year of MIPS and segment of its determination period that the loaded claims
--            reach: first and last day, and whether the claims cover all of it
-- key:       performance_year, segment
-- reads:     qp.service, claims.period
-- rules:     qp.low_volume_segment
-- cites:     42 CFR 414.1305 (MIPS determination period); docs/mips-eligibility.md
-- evidence:  none
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
years as (
  -- a year's services stand in the second segment of that year or the next, and in the first of one later
  select distinct service.year - segment.end_year_offset as performance_year
  from (select distinct year from qp.service) as service
  cross join rules.qp_low_volume_segment as segment
),
dated as (
  select
    years.performance_year, segment.segment,
    make_date(years.performance_year + segment.start_year_offset, segment.start_month, 1) as first_day,
    last_day(make_date(years.performance_year + segment.end_year_offset, segment.end_month, 1)) as last_day
  from years
  cross join rules.qp_low_volume_segment as segment
),
latest as (
  select max(segment) as segment from rules.qp_low_volume_segment
)
select
  dated.performance_year, dated.segment, dated.segment = latest.segment as is_latest, dated.first_day,
  dated.last_day, cx_month_of(dated.first_day) as first_month, cx_month_of(dated.last_day) as last_month,
  loaded.first_day <= dated.first_day and loaded.last_day >= dated.last_day as is_whole
from dated
cross join latest
join loaded on loaded.first_day <= dated.last_day and loaded.last_day >= dated.first_day
