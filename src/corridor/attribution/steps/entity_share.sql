-- step:      attribution.entity_share
-- makes:     one row per method, person and entity: the providers of an ACO pooled, every other provider alone;
--            the services of a practice of several ACOs stand apart and win nothing
-- key:       method, person_id, entity_kind, entity_id
-- reads:     attribution.provider_share, attribution.participant
-- cites:     42 CFR 425.402(b); 42 CFR 425.400(a)(2)
-- evidence:  attribution.provider_share(method, person_id)
-- owner:     entity_id
select
  share.method, share.person_id,
  case
    when member.program = 'mssp' and member.aco_id is null then 'several_acos'
    when member.program = 'mssp' then 'aco'
    when share.is_facility then 'ccn'
    else 'tin'
  end as entity_kind,
  case when member.program = 'mssp' then coalesce(member.aco_id, share.provider_id) else share.provider_id end
    as entity_id,
  cast(sum(share.step_1_charges) as decimal(18, 2)) as step_1_charges, cast(sum(share.step_2_charges) as decimal(18, 2)) as step_2_charges,
  cast(sum(share.step_3_charges) as decimal(18, 2)) as step_3_charges, cast(sum(share.step_1_services) as bigint) as step_1_services,
  cast(sum(share.step_2_services) as bigint) as step_2_services,
  cast(sum(share.step_3_services) as bigint) as step_3_services,
  cast(sum(share.physician_services) as bigint) as physician_services,
  cast(sum(share.non_physician_services) as bigint) as non_physician_services,
  cast(sum(share.expanded_physician_services) as bigint) as expanded_physician_services,
  max(share.step_1_last_date) as step_1_last_date, max(share.step_2_last_date) as step_2_last_date,
  max(share.step_3_last_date) as step_3_last_date
from attribution.provider_share as share
left join attribution.participant as member on member.tin = share.provider_id and not share.is_facility
group by
  share.method, share.person_id,
  case
    when member.program = 'mssp' and member.aco_id is null then 'several_acos'
    when member.program = 'mssp' then 'aco'
    when share.is_facility then 'ccn'
    else 'tin'
  end,
  case when member.program = 'mssp' then coalesce(member.aco_id, share.provider_id) else share.provider_id end
