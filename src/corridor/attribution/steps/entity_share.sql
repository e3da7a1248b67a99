-- step:      attribution.entity_share
-- makes:     one row per method, person and entity: the primary care it furnished in the window and the expanded
--            window, by step of assignment. The practices of an ACO are pooled, every other provider stands alone;
--            the services of a practice of several ACOs stand apart and win nothing
-- key:       method, person_id, entity_kind, entity_id
-- reads:     attribution.primary_care_service, attribution.assignment_window, attribution.participant
-- cites:     42 CFR 425.402(b); 42 CFR 425.400(a)(2)
-- evidence:  attribution.primary_care_service(person_id)
-- owner:     entity_id
with counted as (
  select
    windows.method, service.person_id,
    case
      when member.program = 'mssp' and member.aco_id is null then 'several_acos'
      when member.program = 'mssp' then 'aco'
      when service.is_facility then 'ccn'
      else 'tin'
    end as entity_kind,
    case when member.program = 'mssp' then coalesce(member.aco_id, service.provider_id) else service.provider_id end
      as entity_id,
    service.service_date, service.allowed_amount, service.service_date >= windows.start_date as in_window,
    service.clinician_group <> 'specialist' as for_step_1, service.clinician_group <> 'non_physician' as by_physician
  from attribution.primary_care_service as service
  join attribution.assignment_window as windows
    on service.service_date >= windows.expanded_start_date and service.service_date <= windows.end_date
  left join attribution.participant as member on member.tin = service.provider_id and not service.is_facility
  where service.in_mssp and service.clinician_group is not null
)
select
  method, person_id, entity_kind, entity_id,
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
group by method, person_id, entity_kind, entity_id
