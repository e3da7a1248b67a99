-- step:      qp.member
-- makes:     one row per year, practice, clinician and APM entity: who bills under a listed participant in the year, from
--            which snapshot on (the first whose last day finds it on the list; null: none does), and whether the entity
--            left. In the Shared Savings Program a practice joins whole; in REACH a clinician is listed
-- key:       performance_year, tin, npi, apm_entity_id
-- reads:     qp.service, org_raw.participant_list
-- rules:     reach.aco_id_prefix, qp.snapshot
-- cites:     42 CFR 414.1425(a), (b), 425.20; docs/qp.md
-- evidence:  qp.service(tin, npi)
-- owner:     tin, npi
with newest as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
),
years as (
  select distinct year from qp.service
),
snapshot as (
  select years.year, decides.snapshot, make_date(years.year, decides.end_month, decides.end_day) as last_day
  from years
  join rules.qp_snapshot as decides on decides.decides_qp
),
period as (
  select year, max(last_day) as last_day from snapshot group by year
),
listed as (
  select distinct
    years.year, listed.tin, listed.npi, listed.aco_id, listed.start_date, listed.end_date,
    starts_with(upper(listed.aco_id), prefix.value) as is_reach
  from org_raw.participant_list as listed
  join newest on newest.aco_id = listed.aco_id and newest.file_date is not distinct from listed.file_date
  cross join rules.reach_aco_id_prefix as prefix
  join years
    on (listed.start_date is null or cx_year_of(listed.start_date) <= years.year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= years.year)
  where listed.tin is not null and listed.aco_id is not null
),
-- an entity of which no participant is listed to the last day of the period has left
entity as (
  select
    listed.year, listed.aco_id,
    max(case when listed.end_date is null or listed.end_date >= period.last_day then 1 else 0 end) = 0 as left_entity
  from listed
  join period on period.year = listed.year
  group by listed.year, listed.aco_id
),
billing as (
  select distinct year, tin, npi from qp.service
)
select
  billing.year as performance_year, billing.tin, billing.npi, listed.aco_id as apm_entity_id,
  max(case when listed.is_reach then 1 else 0 end) = 1 as is_reach, min(listed.start_date) as start_date,
  case when count(*) = count(listed.end_date) then max(listed.end_date) end as end_date,
  min(case
    when (listed.start_date is null or listed.start_date <= snapshot.last_day)
      and (listed.end_date is null or listed.end_date >= snapshot.last_day) then snapshot.snapshot
  end) as first_snapshot, max(case when entity.left_entity then 1 else 0 end) = 1 as left_entity
from billing
join listed
  on listed.year = billing.year and listed.tin = billing.tin
  and (not listed.is_reach or listed.npi is null or listed.npi = billing.npi)
join entity on entity.year = listed.year and entity.aco_id = listed.aco_id
join snapshot on snapshot.year = billing.year
group by billing.year, billing.tin, billing.npi, listed.aco_id
