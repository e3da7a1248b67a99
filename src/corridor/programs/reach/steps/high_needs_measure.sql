-- step:      reach.high_needs_measure
-- makes:     one row per person in fee for service at an eligibility check, criterion and measure of it: claims, dates,
--            days and admissions of the criterion's own window, and the risk score
-- key:       person_id, check_date, criterion, measure
-- reads:     reach.high_needs_window, population.enrollment_month, population.need_claim, population.condition_claim,
--            population.risk_score
-- rules:     population.need_mobility_condition, population.need_risk_model
-- cites:     ACO REACH participation agreement, appendix A IV.B.1-3; docs/reach.md
-- evidence:  population.need_claim(person_id)
with person as (
  select distinct
    enrolled.person_id, checked.check_date,
    case when enrolled.enrollment_type = 'esrd' then 'esrd' else 'other' end as enrollment_group
  from (select distinct check_date from reach.high_needs_window) as checked
  join population.enrollment_month as enrolled on enrolled.month = cx_month_of(checked.check_date)
  where enrolled.fee_for_service
),
care as (
  select
    person.person_id, person.check_date, days.criterion, claim.kind, claim.admission_date, claim.from_date,
    claim.unplanned, claim.days
  from person
  join reach.high_needs_window as days on days.check_date = person.check_date
  join population.need_claim as claim
    on claim.person_id = person.person_id and claim.to_date >= days.window_start and claim.to_date <= days.window_end
),
impaired as (
  select distinct
    person.person_id, person.check_date, days.criterion, claim.source_id, claim.claim_id, claim.claim_date,
    claim.setting
  from person
  join reach.high_needs_window as days on days.check_date = person.check_date and days.criterion = 'mobility'
  join population.condition_claim as claim
    on claim.person_id = person.person_id and claim.claim_date >= days.window_start
    and claim.claim_date <= days.window_end and claim.code_system = 'icd-10-cm'
  join rules.population_need_mobility_condition as listed on listed.condition = claim.condition
),
score as (
  select
    person.person_id, person.check_date, max(score.raw_score) as risk_score
  from person
  join population.risk_score as score on score.person_id = person.person_id
  join rules.population_need_risk_model as model
    on model.enrollment_group = person.enrollment_group and model.model = score.model
  group by person.person_id, person.check_date
),
valued as (
  select person_id, check_date, criterion, 'mobility_inpatient_claims' as measure, cast(count(*) as double) as value
  from (select distinct person_id, check_date, criterion, source_id, claim_id from impaired where setting = 'inpatient') as stays
  group by person_id, check_date, criterion
  union all
  select person_id, check_date, criterion, 'mobility_other_dates' as measure, cast(count(distinct claim_date) as double) as value
  from impaired
  where setting <> 'inpatient'
  group by person_id, check_date, criterion
  union all
  select person_id, check_date, criterion, 'unplanned_admissions' as measure, cast(count(distinct admission_date) as double) as value
  from care
  where kind = 'inpatient' and unplanned and criterion = 'medium_risk_unplanned'
  group by person_id, check_date, criterion
  union all
  select person_id, check_date, criterion, 'frailty_dates' as measure, cast(count(distinct from_date) as double) as value
  from care
  where kind = 'frailty' and criterion = 'frailty'
  group by person_id, check_date, criterion
  union all
  select person_id, check_date, criterion, 'skilled_nursing_days' as measure, cast(sum(days) as double) as value
  from care
  where kind = 'snf' and criterion = 'post_acute'
  group by person_id, check_date, criterion
  union all
  select person_id, check_date, criterion, 'home_health_days' as measure, cast(sum(days) as double) as value
  from care
  where kind = 'home_health' and criterion = 'post_acute'
  group by person_id, check_date, criterion
  union all
  select score.person_id, score.check_date, asked.criterion, 'risk_score' as measure, cast(score.risk_score as double) as value
  from score
  cross join (select 'high_risk' as criterion union all select 'medium_risk_unplanned' as criterion) as asked
)
select
  valued.person_id, valued.check_date, valued.criterion, valued.measure, valued.value, person.enrollment_group
from valued
join person on person.person_id = valued.person_id and person.check_date = valued.check_date
