-- step:      attribution.reach_share
-- makes:     one row per person and entity: its primary care charges of both alignment years, each year times its
--            parts of the weight, by primary care and by other specialties
-- key:       person_id, entity_kind, entity_id
-- reads:     attribution.primary_care_service, attribution.alignment_year, attribution.reach_participant
-- cites:     REACH Financial Operating Guide, section 3 (weights one third and two thirds)
-- evidence:  attribution.primary_care_service(person_id)
-- owner:     entity_id
with counted as (
  select
    service.person_id,
    case
      when coalesce(clinician.aco_id, practice.aco_id) is not null then 'aco'
      when service.is_facility then 'ccn'
      else 'tin'
    end as entity_kind,
    coalesce(clinician.aco_id, practice.aco_id, service.provider_id) as entity_id,
    coalesce(clinician.is_trial, practice.is_trial, false) as is_trial,
    service.service_date, service.reach_group, service.allowed_amount * years.weight_parts as weighted_amount
  from attribution.primary_care_service as service
  join attribution.alignment_year as years
    on service.service_date >= years.start_date and service.service_date <= years.end_date
  left join attribution.reach_participant as clinician
    on clinician.tin = service.provider_id and clinician.npi = service.npi
  left join attribution.reach_participant as practice
    on practice.tin = service.provider_id and practice.npi = 'every'
  where service.in_reach and service.reach_group is not null
)
select
  person_id, entity_kind, entity_id, max(case when is_trial then 1 else 0 end) = 1 as is_trial,
  cast(sum(case when reach_group = 'primary' then weighted_amount else 0 end) as decimal(18, 2)) as primary_parts,
  cast(sum(case when reach_group = 'primary' then 0 else weighted_amount end) as decimal(18, 2)) as other_parts,
  count(case when reach_group = 'primary' then 1 end) as primary_services,
  count(case when reach_group = 'primary' then null else 1 end) as other_services,
  max(service_date) as last_date
from counted
group by person_id, entity_kind, entity_id
