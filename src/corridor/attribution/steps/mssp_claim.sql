-- step:      attribution.mssp_claim
-- makes:     one row per method and person with primary care services: the entity their plurality points to, the
--            step that decided, and the runner-up
-- key:       method, person_id
-- reads:     attribution.entity_share, attribution.assignment_window
-- cites:     42 CFR 425.402(b)
-- evidence:  attribution.entity_share(method, person_id)
-- owner:     entity_id
with person_total as (
  select
    method, person_id, sum(step_1_services) as step_1_services,
    max(case
      when entity_kind = 'aco' and physician_services = 0 and non_physician_services > 0
        and expanded_physician_services > 0 then 1 else 0
    end) as has_step_3_aco
  from attribution.entity_share
  group by method, person_id
),
-- step 2 is only for people without any service of the step 1 kind, of anybody; step 3 where some ACO may claim it
candidate as (
  select
    share.method, share.person_id,
    case when total.step_1_services > 0 then 'step_1' else 'step_2' end as step, share.entity_kind, share.entity_id,
    case when total.step_1_services > 0 then share.step_1_charges else share.step_2_charges end as charges,
    case when total.step_1_services > 0 then share.step_1_services else share.step_2_services end as services,
    case when total.step_1_services > 0 then share.step_1_last_date else share.step_2_last_date end as last_date,
    share.entity_kind <> 'aco' or share.physician_services > 0 as may_win
  from attribution.entity_share as share
  join person_total as total on total.method = share.method and total.person_id = share.person_id
  where share.entity_kind <> 'several_acos'
  union all
  select
    share.method, share.person_id, 'step_3' as step, share.entity_kind, share.entity_id,
    share.step_3_charges as charges, share.step_3_services as services, share.step_3_last_date as last_date,
    share.entity_kind = 'aco' and share.physician_services = 0 and share.non_physician_services > 0
      and share.expanded_physician_services > 0 as may_win
  from attribution.entity_share as share
  join person_total as total
    on total.method = share.method and total.person_id = share.person_id and total.has_step_3_aco = 1
  join attribution.assignment_window as windows
    on windows.method = share.method and windows.has_expanded_window
  where share.entity_kind <> 'several_acos'
),
ranked as (
  select
    method, person_id, step, entity_kind, entity_id, charges, services, last_date, may_win,
    row_number() over (
      partition by method, person_id, step order by charges desc, last_date desc, entity_kind, entity_id
    ) as place,
    lead(entity_id) over (
      partition by method, person_id, step order by charges desc, last_date desc, entity_kind, entity_id
    ) as runner_up_id,
    lead(charges) over (
      partition by method, person_id, step order by charges desc, last_date desc, entity_kind, entity_id
    ) as runner_up_charges,
    lead(last_date) over (
      partition by method, person_id, step order by charges desc, last_date desc, entity_kind, entity_id
    ) as runner_up_last_date,
    cast(sum(charges) over (partition by method, person_id, step) as decimal(18, 2)) as all_charges
  from candidate
  where services > 0
),
-- an ACO of steps 1 and 2, then an ACO of step 3, then the provider outside any ACO, then nobody
preferred as (
  select
    method, person_id, step, entity_kind, entity_id, charges, services, last_date, may_win, runner_up_id,
    runner_up_charges, runner_up_last_date, all_charges,
    row_number() over (
      partition by method, person_id
      order by
        case when may_win and entity_kind = 'aco' then 0 else 1 end, case when may_win then 0 else 1 end, step
    ) as place
  from ranked
  where place = 1
)
select
  method, person_id, step, entity_kind, entity_id, charges, services, last_date, may_win, runner_up_id,
  runner_up_charges, all_charges,
  case
    when runner_up_charges is null or runner_up_charges < charges then 'charges'
    when runner_up_last_date < last_date then 'latest_date'
    else 'identifier'
  end as decided_by
from preferred
where place = 1
