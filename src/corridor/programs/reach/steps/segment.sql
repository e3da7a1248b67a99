-- step:      reach.segment
-- makes:     one row per ACO of the REACH model and segment (aged and disabled or ESRD; aligned by claims or by choice)
--            of the measured year: aligned people, their eligible months, what Parts A and B paid for them in those
--            months, their mean raw risk score of the year after, and how many are eligible as High Needs
-- key:       aco_id, population, alignment
-- reads:     attribution.reach, population.member_month, population.risk_score, reach.high_needs, run.setting
-- rules:     reach.risk_model
-- cites:     aco-reach.md A4.2, A6; docs/reach.md (what claims leave out)
-- evidence:  population.member_month(person_id)
-- owner:     aco_id
with aligned as (
  select
    person_id, is_trial, entity_id as aco_id, case when step = 'voluntary' then 'voluntary' else 'claims' end as alignment
  from attribution.reach
  where entity_kind = 'aco'
),
month as (
  select
    aligned.aco_id, aligned.alignment, member.person_id, max(case when aligned.is_trial then 1 else 0 end) as trial,
    case when member.enrollment_type = 'esrd' then 'esrd' else 'ad' end as population,
    case when member.enrollment_type = 'esrd' then 'esrd' else 'other' end as enrollment_group,
    count(*) as months, cx_exact_sum(cast(member.expenditure as double)) as expenditure
  from aligned
  join population.member_month as member on member.person_id = aligned.person_id
  join run.setting as setting on setting.data_year = member.year
  group by aligned.aco_id, aligned.alignment, member.person_id, member.enrollment_type
),
score as (
  select score.person_id, model.enrollment_group, max(cast(score.raw_score as double)) as raw_score
  from population.risk_score as score
  join rules.reach_risk_model as model on model.model = score.model
  group by score.person_id, model.enrollment_group
),
high_needs as (
  select distinct person_id from reach.high_needs
)
select
  month.aco_id, month.population, month.alignment, max(month.trial) = 1 as is_trial,
  count(distinct month.person_id) as people,
  cast(sum(month.months) as bigint) as eligible_months, cx_exact_sum(month.expenditure) as net_expenditure,
  cx_divide(
    cx_exact_sum(score.raw_score * month.months),
    cx_exact_sum(case when score.raw_score is not null then cast(month.months as double) end)
  ) as next_raw_risk_score,
  count(distinct high_needs.person_id) as high_needs_people
from month
left join score on score.person_id = month.person_id and score.enrollment_group = month.enrollment_group
left join high_needs on high_needs.person_id = month.person_id
group by month.aco_id, month.population, month.alignment
