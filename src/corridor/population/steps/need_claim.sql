-- step:      population.need_claim
-- makes:     one row per claim and kind of care that tells of need: inpatient stays, skilled nursing, home health,
--            emergency visits that did not end in a bed, hospital beds and transfer equipment
-- key:       source_id, claim_id, kind
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, population.condition_emergency_code, population.need_frailty_code,
--            population.need_planned_admission_type
-- cites:     ACO REACH participation agreement, appendix A IV.B; docs/conditions.md
-- evidence:  claims.medical_claim(source_id, claim_id)
-- partition: service_month
-- ranges are compared with the few codes there are, not with every line
with emergency_code as (
  select distinct loaded.code
  from (select distinct revenue_center_code as code from claims.medical_claim) as loaded
  join rules.population_condition_emergency_code as listed
    on loaded.code >= listed.code_from and loaded.code <= listed.code_to
),
frailty_code as (
  select distinct loaded.code
  from (select distinct hcpcs_code as code from claims.medical_claim) as loaded
  join rules.population_need_frailty_code as listed
    on loaded.code >= listed.code_from and loaded.code <= listed.code_to
),
told as (
  select
    lines.source_id, lines.claim_id, lines.service_month, lines.person_id, setting.setting,
    coalesce(lines.admission_date, lines.claim_start_date, lines.claim_end_date) as admission_date,
    coalesce(lines.claim_start_date, lines.claim_end_date) as from_date, lines.claim_end_date as to_date,
    lines.discharge_disposition_code, case when planned.admit_type_code is null then 1 else 0 end as unplanned,
    case when er.code is null then 0 else 1 end as emergency,
    case when frailty.code is null then 0 else 1 end as frailty
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  left join emergency_code as er
    on setting.setting = 'outpatient' and er.code = lines.revenue_center_code
  left join frailty_code as frailty on frailty.code = lines.hcpcs_code
  left join rules.population_need_planned_admission_type as planned
    on planned.admit_type_code = lines.admit_type_code
  where lines.person_id is not null and lines.claim_end_date is not null
    and (setting.setting in ('inpatient', 'snf', 'home_health') or er.code is not null
      or frailty.code is not null)
),
kinds as (
  select
    source_id, claim_id, service_month, person_id, setting as kind, admission_date, from_date, to_date,
    discharge_disposition_code, unplanned
  from told
  where setting in ('inpatient', 'snf', 'home_health')
  union all
  select
    source_id, claim_id, service_month, person_id, 'emergency' as kind, from_date as admission_date, from_date, to_date,
    discharge_disposition_code, unplanned
  from told
  where emergency = 1
  union all
  select
    source_id, claim_id, service_month, person_id, 'frailty' as kind, from_date as admission_date, from_date, to_date,
    discharge_disposition_code, unplanned
  from told
  where frailty = 1
)
select
  source_id, claim_id, kind, min(person_id) as person_id, min(admission_date) as admission_date,
  min(from_date) as from_date, max(to_date) as to_date, max(unplanned) = 1 as unplanned,
  -- the day of discharge is none of care, the last day of someone still there is; at home every day counts
  cast(greatest(1, cx_days_between(min(from_date), max(to_date))
    + max(case when kind = 'home_health' or discharge_disposition_code = '30' then 1 else 0 end)) as integer) as days,
  service_month
from kinds
group by source_id, claim_id, kind, service_month
