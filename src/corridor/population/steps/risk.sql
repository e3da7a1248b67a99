-- step:      population.risk
-- makes:     one row per person and payment year: the risk score, where it is from, and how it compares with the mean
--            of the people of the same enrolment type
-- key:       person_id, payment_year
-- reads:     run.setting, population.risk_score, population.risk_model, population.risk_person,
--            population.enrollment_month, org_raw.assignment_list, identity.person_alias
-- rules:     risk.population_score
-- cites:     CMS rate announcements (blend of a payment year); 42 CFR 425.605(a) (renormalisation by type); docs/risk.md
-- evidence:  population.risk_score(person_id, payment_year)
with counted as (
  select month.person_id, month.enrollment_type, count(*) as months
  from population.enrollment_month as month
  join run.setting as setting on setting.data_year = month.year
  where month.enrollment_type is not null
  group by month.person_id, month.enrollment_type
),
-- the enrolment type of most months of the data year, the first by name where two are even
typed as (
  select
    person_id, enrollment_type,
    row_number() over (partition by person_id order by months desc, enrollment_type) as place
  from counted
),
-- CMS's own scores: those of the newest report of the year, of the enrolment type the person is of
reported as (
  select
    typed.person_id,
    case typed.enrollment_type
      when 'esrd' then report.risk_score_esrd
      when 'disabled' then report.risk_score_disabled
      when 'aged_dual' then report.risk_score_aged_dual
      else report.risk_score_aged_nondual
    end as score,
    row_number() over (
      partition by typed.person_id
      order by report.report_period desc, report.delivery_id desc, report.source_id, report.person_id
    ) as place
  from org_raw.assignment_list as report
  join run.setting as setting on setting.data_year = report.performance_year
  left join identity.person_alias as alias on alias.person_id = report.person_id
  join typed on typed.person_id = coalesce(alias.kept_person_id, report.person_id) and typed.place = 1
),
blended as (
  select
    score.person_id,
    cx_exact_sum(model.blend_weight * case
        when chosen.value = 'payment' then score.payment_score else score.normalised_score end) as score
  from population.risk_score as score
  join population.risk_model as model
    on model.model = score.model and model.payment_year = score.payment_year
  join population.risk_person as person on person.person_id = score.person_id
  cross join rules.risk_population_score as chosen
  where model.blend_people = case when person.esrd_status = 'none' then 'other' else 'esrd' end
  group by score.person_id
),
scored as (
  select
    coalesce(reported.person_id, blended.person_id) as person_id,
    coalesce(reported.score, blended.score) as risk_score,
    case when reported.person_id is not null then 'assignment_list' else 'claims' end as source
  from (select person_id, score from reported where place = 1 and score is not null) as reported
  full join blended on blended.person_id = reported.person_id
),
-- scores of CMS and scores from claims are each compared with their own kind
grouped as (
  select scored.person_id, scored.risk_score, scored.source, typed.enrollment_type
  from scored
  left join typed on typed.person_id = scored.person_id and typed.place = 1
),
mean as (
  select
    enrollment_type, source, cx_divide(cx_exact_sum(risk_score), count(risk_score)) as mean_score
  from grouped
  group by enrollment_type, source
)
select
  grouped.person_id, cast(setting.data_year + 1 as integer) as payment_year, grouped.risk_score,
  cx_divide(grouped.risk_score, mean.mean_score) as relative_risk, grouped.source, grouped.enrollment_type
from grouped
cross join run.setting as setting
left join mean
  on mean.source = grouped.source
  and (mean.enrollment_type = grouped.enrollment_type
    or (mean.enrollment_type is null and grouped.enrollment_type is null))
