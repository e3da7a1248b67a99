-- step:      attribution.answer
-- makes:     one row per person: the entity that answers for the person in the measured year, and what that rests
--            on: CMS's own list where one is loaded, else the programs' rules over the loaded claims
-- key:       person_id
-- reads:     attribution.mssp, attribution.reach, attribution.assignment_month, attribution.participant, run.setting
-- rules:     attribution.answer_source
-- cites:     42 CFR 425.400; docs/attribution.md (the one answer)
-- evidence:  attribution.mssp(person_id)
-- owner:     entity_id
with aco as (
  select distinct aco_id from attribution.participant where program = 'mssp' and aco_id is not null
),
single as (
  select case when count(*) = 1 then min(aco_id) end as aco_id from aco
),
-- a report does not name its ACO: it is the one it was loaded as, or the only one there is
report as (
  select month.source_id, coalesce(aco.aco_id, single.aco_id) as aco_id
  from (
    select distinct months.source_id
    from attribution.assignment_month as months
    join run.setting as setting on setting.data_year = months.year
  ) as month
  cross join single
  left join aco on aco.aco_id = month.source_id
),
has_list as (
  select aco_id from report where aco_id is not null group by aco_id
),
listed as (
  select
    months.person_id, min(report.aco_id) as aco_id, min(months.source_report) as source_report,
    count(case when months.assigned then 1 end) as months_assigned
  from attribution.assignment_month as months
  join run.setting as setting on setting.data_year = months.year
  join report on report.source_id = months.source_id and report.aco_id is not null
  group by months.person_id
),
judged as (
  select
    mssp.person_id, mssp.entity_kind as claims_kind, mssp.entity_id as claims_entity_id, mssp.reason as claims_reason,
    mssp.reason_code as claims_reason_code, mssp.margin, mssp.loss_risk, mssp.step, mssp.method,
    reach.entity_id as reach_aco, reach.reason as reach_reason, reach.loss_risk as reach_loss_risk,
    reach.margin as reach_margin, listed.aco_id as list_aco, coalesce(listed.months_assigned, 0) as months_assigned,
    listed.source_report, 
    case
      when reach.entity_id is not null then 'reach'
      when source.value = 'assignment_list' and listed.months_assigned > 0 then 'assignment_list'
      when source.value = 'assignment_list' and has_list.aco_id is not null then 'not_on_the_list'
      else 'claims'
    end as basis
  from attribution.mssp as mssp
  cross join rules.attribution_answer_source as source
  left join attribution.reach as reach
    on reach.person_id = mssp.person_id and reach.entity_kind = 'aco' and not reach.is_trial
  left join listed on listed.person_id = mssp.person_id
  -- the list of an ACO also says who is not the ACO's
  left join has_list on has_list.aco_id = mssp.entity_id and mssp.entity_kind = 'aco'
)
select
  person_id,
  case
    when basis in ('reach', 'assignment_list') then 'aco'
    when basis = 'claims' then claims_kind
    when basis = 'not_on_the_list' then 'practice_of_aco'
  end as entity_kind,
  case when basis = 'reach' then reach_aco when basis = 'assignment_list' then list_aco else claims_entity_id end
    as entity_id,
  basis, list_aco, months_assigned, claims_kind, claims_entity_id,
  case
    when list_aco is null or months_assigned = 0 then null
    else coalesce(claims_kind = 'aco' and claims_entity_id = list_aco, false)
  end as claims_agree,
  case when basis = 'reach' then reach_margin else margin end as margin,
  case when basis = 'reach' then reach_loss_risk else loss_risk end as loss_risk,
  case basis
    when 'reach' then concat('REACH: ', reach_reason)
    when 'assignment_list' then concat(
      'on the assignment list ', source_report, ', ', cast(months_assigned as varchar), ' months; by claims: ', claims_reason
    )
    when 'not_on_the_list' then concat('not on the ACO''s assignment list; by claims: ', claims_reason)
    else claims_reason
  end as reason,
  claims_reason_code as reason_code
from judged
