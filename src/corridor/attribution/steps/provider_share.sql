-- step:      attribution.provider_share
-- makes:     one row per method, person and provider (practice, or facility without one): the primary care it
--            furnished in the window and the expanded window, by step of assignment
-- key:       method, person_id, provider_id
-- reads:     attribution.primary_care_service, attribution.assignment_window
-- cites:     42 CFR 425.402(b)
-- evidence:  attribution.primary_care_service(person_id, provider_id)
-- owner:     provider_id
with counted as (
  select
    windows.method, service.person_id, service.provider_id, service.is_facility, service.service_date,
    service.allowed_amount, service.service_date >= windows.start_date as in_window,
    service.clinician_group <> 'specialist' as for_step_1, service.clinician_group <> 'non_physician' as by_physician
  from attribution.primary_care_service as service
  join attribution.assignment_window as windows
    on service.service_date >= windows.expanded_start_date and service.service_date <= windows.end_date
  where service.in_mssp and service.clinician_group is not null
)
select
  method, person_id, provider_id, max(case when is_facility then 1 else 0 end) = 1 as is_facility,
  cast(sum(case when in_window and for_step_1 then allowed_amount else 0 end) as decimal(18, 2)) as step_1_charges,
  cast(sum(case when in_window and not for_step_1 then allowed_amount else 0 end) as decimal(18, 2)) as step_2_charges,
  cast(sum(case when for_step_1 then allowed_amount else 0 end) as decimal(18, 2)) as step_3_charges,
  count(case when in_window and for_step_1 then 1 end) as step_1_services,
  count(case when in_window and not for_step_1 then 1 end) as step_2_services,
  count(case when for_step_1 then 1 end) as step_3_services,
  count(case when in_window and by_physician then 1 end) as physician_services,
  count(case when in_window and not by_physician then 1 end) as non_physician_services,
  count(case when by_physician then 1 end) as expanded_physician_services,
  max(case when in_window and for_step_1 then service_date end) as step_1_last_date,
  max(case when in_window and not for_step_1 then service_date end) as step_2_last_date,
  max(case when for_step_1 then service_date end) as step_3_last_date
from counted
group by method, person_id, provider_id
