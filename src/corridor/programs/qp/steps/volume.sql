-- step:      qp.volume
-- makes:     one row per performance year of MIPS, practice and clinician (and one for the practice as a group): allowed
--            charges, patients and services in each of the two segments of the low-volume test
-- key:       performance_year, tin, npi
-- reads:     qp.service, claims.period
-- rules:     qp.low_volume_segment
-- cites:     42 CFR 414.1305 (low-volume threshold, determination period); docs/qp.md
-- evidence:  qp.service(tin, npi)
-- owner:     tin, npi
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
),
counted as (
  select
    dated.performance_year, service.tin, service.npi, service.person_id, service.volume_services as services,
    service.volume_allowed_amount as allowed_amount,
    dated.segment = latest.segment as is_current
  from qp.service as service
  join dated on service.month >= cx_month_of(dated.first_day) and service.month <= cx_month_of(dated.last_day)
  cross join latest
  union all
  select
    dated.performance_year, service.tin, 'practice' as npi, service.person_id, service.volume_services as services,
    service.volume_allowed_amount as allowed_amount,
    dated.segment = latest.segment as is_current
  from qp.service as service
  join dated on service.month >= cx_month_of(dated.first_day) and service.month <= cx_month_of(dated.last_day)
  cross join latest
),
whole as (
  select
    dated.performance_year,
    max(case when dated.segment = latest.segment and loaded.first_day <= dated.first_day
      and loaded.last_day >= dated.last_day then 1 else 0 end) = 1 as is_whole,
    min(case when dated.segment = latest.segment
      or (loaded.first_day <= dated.first_day and loaded.last_day >= dated.last_day) then 1 else 0 end) = 1
      as earlier_is_whole
  from dated
  cross join latest
  cross join loaded
  group by dated.performance_year
)
select
  counted.performance_year, counted.tin, counted.npi,
  cast(sum(case when counted.is_current then counted.allowed_amount else 0 end) as decimal(18, 2)) as allowed_charges,
  count(distinct case when counted.is_current and counted.services > 0 then counted.person_id end) as patients,
  cast(sum(case when counted.is_current then counted.services else 0 end) as bigint) as services,
  cast(sum(case when counted.is_current then 0 else counted.allowed_amount end) as decimal(18, 2)) as earlier_allowed_charges,
  count(distinct case when not counted.is_current and counted.services > 0 then counted.person_id end) as earlier_patients,
  cast(sum(case when counted.is_current then 0 else counted.services end) as bigint) as earlier_services,
  max(case when whole.is_whole then 1 else 0 end) = 1 as is_whole,
  max(case when whole.earlier_is_whole then 1 else 0 end) = 1 as earlier_is_whole
from counted
join whole on whole.performance_year = counted.performance_year
group by counted.performance_year, counted.tin, counted.npi
-- who furnished nothing in the later segment is not a clinician of the year
having count(case when counted.is_current and counted.services > 0 then 1 end) > 0
