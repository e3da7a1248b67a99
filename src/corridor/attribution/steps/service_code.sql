-- step:      attribution.service_code
-- makes:     one row per code that is a primary care service in the measured year, and for which program
-- key:       hcpcs_code
-- reads:     run.setting
-- rules:     mssp.primary_care_service_code, reach.primary_care_service_code
-- cites:     42 CFR 425.400(c); REACH Financial Operating Guide table B.6.3
-- evidence:  none
with listed as (
  select hcpcs_code, service_group, from_year, to_year, setting, true as in_mssp
  from rules.mssp_primary_care_service_code
  union all
  select hcpcs_code, service_group, from_year, to_year, 'any' as setting, false as in_mssp
  from rules.reach_primary_care_service_code
)
select
  listed.hcpcs_code, min(listed.service_group) as service_group, min(listed.to_year) as to_year,
  min(listed.setting) as setting, max(case when listed.in_mssp then 1 else 0 end) = 1 as in_mssp,
  max(case when listed.in_mssp then 0 else 1 end) = 1 as in_reach
from listed
cross join run.setting as setting
where listed.from_year <= setting.data_year
group by listed.hcpcs_code
