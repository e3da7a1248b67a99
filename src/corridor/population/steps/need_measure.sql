-- step:      population.need_measure
-- makes:     one row per person and measure of need: counts, days and changes of the measured year
-- key:       person_id, measure
-- reads:     population.need_person, population.need_claim, population.condition, population.condition_claim,
--            population.person_month, population.risk_score, run.setting
-- rules:     population.need_frailty_years, population.need_mobility_condition, population.need_uncounted_condition,
--            population.need_risk_model
-- cites:     ACO REACH participation agreement, appendix A IV.B; docs/conditions.md
-- evidence:  population.need_claim(person_id)
with used as (
  select
    person.person_id, claim.kind, claim.admission_date, claim.from_date, claim.to_date, claim.unplanned, claim.days,
    case when claim.to_date >= person.year_start then 1 else 0 end as this_year,
    case when claim.to_date >= person.before_start and claim.to_date < person.year_start then 1 else 0 end as year_before,
    case
      when claim.to_date >= make_date(setting.data_year + 1 - frailty.value, 1, 1) then 1 else 0
    end as frailty_window,
    person.year_before_known
  from population.need_person as person
  join population.need_claim as claim on claim.person_id = person.person_id
  cross join run.setting as setting
  cross join rules.population_need_frailty_years as frailty
  where claim.to_date < person.year_end
),
counted as (
  select
    person_id,
    count(distinct case when kind = 'inpatient' and this_year = 1 then admission_date end) as admissions,
    count(distinct case when kind = 'inpatient' and this_year = 1 and unplanned then admission_date end)
      as unplanned_admissions,
    count(distinct case when kind = 'emergency' and this_year = 1 then from_date end) as emergency_visits,
    count(distinct case when kind = 'emergency' and year_before = 1 then from_date end) as emergency_before,
    cast(sum(case when kind = 'snf' and this_year = 1 then days else 0 end) as bigint) as skilled_nursing_days,
    cast(sum(case when kind = 'home_health' and this_year = 1 then days else 0 end) as bigint) as home_health_days,
    count(distinct case when kind = 'frailty' and frailty_window = 1 then from_date end) as frailty_days,
    max(case when year_before_known then 1 else 0 end) as year_before_known
  from used
  group by person_id
),
-- one inpatient claim, or two of other kinds on different days, within the year
impaired as (
  select
    claim.person_id, max(case when claim.setting = 'inpatient' then 1 else 0 end) as inpatient,
    count(distinct claim.claim_date) as days
  from population.condition_claim as claim
  join population.need_person as person on person.person_id = claim.person_id
  join rules.population_need_mobility_condition as listed on listed.condition = claim.condition
  where claim.claim_date >= person.year_start and claim.claim_date < person.year_end
    and claim.code_system = 'icd-10-cm'
  group by claim.person_id
),
chronic as (
  select
    condition.person_id, count(*) as conditions,
    cast(sum(case when person.year_before_known and condition.first_date >= person.year_start then 1 else 0 end) as bigint)
      as new_conditions
  from population.condition as condition
  join population.need_person as person on person.person_id = condition.person_id
  left join rules.population_need_uncounted_condition as uncounted on uncounted.condition = condition.condition
  where uncounted.condition is null
  group by condition.person_id
),
score as (
  select
    person.person_id,
    max(case when score.payment_year = setting.data_year + 1 then score.raw_score end) as risk_score,
    max(case when score.payment_year = setting.data_year then score.raw_score end) as score_before
  from population.need_person as person
  cross join run.setting as setting
  join population.risk_score as score on score.person_id = person.person_id
  join rules.population_need_risk_model as listed
    on listed.enrollment_group = person.enrollment_group and listed.model = score.model
  group by person.person_id
),
spent as (
  select
    person.person_id, max(case when person.year_before_known then 1 else 0 end) as year_before_known,
    sum(case when cx_month_of(person.year_start) <= month.month then month.expenditure else 0 end) as expenditure,
    sum(case when cx_month_of(person.year_start) > month.month then month.expenditure else 0 end) as expenditure_before
  from population.need_person as person
  join population.person_month as month
    on month.person_id = person.person_id and month.month >= cx_month_of(person.before_start)
    and month.month < cx_month_of(person.year_end)
  group by person.person_id
)
select person_id, 'admissions' as measure, cast(admissions as double) as value from counted
union all select person_id, 'unplanned_admissions' as measure, cast(unplanned_admissions as double) as value from counted
union all select person_id, 'emergency_visits' as measure, cast(emergency_visits as double) as value from counted
union all select person_id, 'emergency_visits_growth' as measure, cast(emergency_visits - emergency_before as double) as value
from counted where year_before_known = 1
union all select person_id, 'skilled_nursing_days' as measure, cast(skilled_nursing_days as double) as value from counted
union all select person_id, 'home_health_days' as measure, cast(home_health_days as double) as value from counted
union all select person_id, 'frailty_days' as measure, cast(frailty_days as double) as value from counted
union all select person_id, 'mobility_claims' as measure, cast(days as double) as value
from impaired where inpatient = 1 or days > 1
union all select person_id, 'chronic_conditions' as measure, cast(conditions as double) as value from chronic
union all select person_id, 'new_conditions' as measure, cast(new_conditions as double) as value from chronic
union all select person_id, 'risk_score' as measure, cast(risk_score as double) as value from score where risk_score is not null
union all select person_id, 'risk_growth' as measure, cast(risk_score - score_before as double) as value
from score where risk_score is not null and score_before is not null
union all select person_id, 'expenditure' as measure, cast(expenditure as double) as value from spent
union all select person_id, 'expenditure_growth' as measure, cx_divide(expenditure, expenditure_before) as value
from spent where year_before_known = 1 and expenditure_before > 0
