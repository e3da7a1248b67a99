-- step:      attribution.reach_participant
-- makes:     one row per practice and clinician (TIN and NPI) of a REACH ACO in the measured year; where no listed
--            ACO is one of REACH, every listed ACO is tried as if it were, and says so
-- key:       tin, npi
-- reads:     org_raw.participant_list, run.setting
-- rules:     reach.aco_id_prefix
-- cites:     REACH Financial Operating Guide (participant providers by TIN and NPI)
-- evidence:  none
-- owner:     tin, npi
with newest as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
),
in_force as (
  select
    listed.tin, coalesce(listed.npi, 'every') as npi, listed.aco_id,
    case when starts_with(upper(listed.aco_id), prefix.value) then 1 else 0 end as is_reach
  from org_raw.participant_list as listed
  join newest on newest.aco_id = listed.aco_id and newest.file_date is not distinct from listed.file_date
  cross join run.setting as setting
  cross join rules.reach_aco_id_prefix as prefix
  where listed.tin is not null
    and (listed.start_date is null or cx_year_of(listed.start_date) <= setting.data_year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= setting.data_year)
),
real_list as (
  select coalesce(max(is_reach), 0) as has_reach from in_force
)
select in_force.tin, in_force.npi, min(in_force.aco_id) as aco_id, max(real_list.has_reach) = 0 as is_trial
from in_force
cross join real_list
where in_force.is_reach = real_list.has_reach
group by in_force.tin, in_force.npi
having count(distinct in_force.aco_id) = 1
