-- step:      attribution.participant
-- makes:     one row per practice (TIN) on an ACO participant list in force in the measured year; a practice of
--            several ACOs of the program has none
-- key:       tin
-- reads:     org_raw.participant_list, run.setting
-- rules:     reach.aco_id_prefix
-- cites:     42 CFR 425.118, 425.306(b), 425.400(a)(2)
-- evidence:  none
-- owner:     tin
with newest as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
),
in_force as (
  select distinct
    listed.tin, listed.aco_id,
    case when starts_with(upper(listed.aco_id), prefix.value) then 'reach' else 'mssp' end as program
  from org_raw.participant_list as listed
  join newest on newest.aco_id = listed.aco_id and newest.file_date is not distinct from listed.file_date
  cross join run.setting as setting
  cross join rules.reach_aco_id_prefix as prefix
  where listed.tin is not null
    and (listed.start_date is null or cx_year_of(listed.start_date) <= setting.data_year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= setting.data_year)
),
counted as (
  select
    tin, count(case when program = 'mssp' then 1 end) as mssp_acos,
    count(case when program = 'reach' then 1 end) as reach_acos,
    min(case when program = 'mssp' then aco_id end) as mssp_aco,
    min(case when program = 'reach' then aco_id end) as reach_aco
  from in_force
  group by tin
)
select
  tin,
  case when mssp_acos = 1 then mssp_aco when mssp_acos = 0 and reach_acos = 1 then reach_aco end as aco_id,
  case when mssp_acos > 0 then 'mssp' else 'reach' end as program,
  case when mssp_acos > 0 then mssp_acos else reach_acos end as acos
from counted
