-- step:      qp.member
-- makes:     one row per year, practice, clinician and APM entity: who bills under a listed participant in the year. In
--            the Shared Savings Program a practice joins whole; in REACH a clinician is listed
-- key:       performance_year, tin, npi, apm_entity_id
-- reads:     qp.service, org_raw.participant_list
-- rules:     reach.aco_id_prefix
-- cites:     42 CFR 414.1425(a), 425.20; docs/qp.md
-- evidence:  qp.service(tin, npi)
-- owner:     tin, npi
with newest as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
),
listed as (
  select distinct
    listed.tin, listed.npi, listed.aco_id, listed.start_date, listed.end_date,
    starts_with(upper(listed.aco_id), prefix.value) as is_reach
  from org_raw.participant_list as listed
  join newest on newest.aco_id = listed.aco_id and newest.file_date is not distinct from listed.file_date
  cross join rules.reach_aco_id_prefix as prefix
  where listed.tin is not null and listed.aco_id is not null
),
billing as (
  select distinct year, tin, npi from qp.service
)
select billing.year as performance_year, billing.tin, billing.npi, listed.aco_id as apm_entity_id,
  max(case when listed.is_reach then 1 else 0 end) = 1 as is_reach
from billing
join listed
  on listed.tin = billing.tin and (not listed.is_reach or listed.npi is null or listed.npi = billing.npi)
  and (listed.start_date is null or cx_year_of(listed.start_date) <= billing.year)
  and (listed.end_date is null or cx_year_of(listed.end_date) >= billing.year)
group by billing.year, billing.tin, billing.npi, listed.aco_id
