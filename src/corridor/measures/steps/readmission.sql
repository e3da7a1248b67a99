-- step:      measures.readmission
-- makes:     one row per acute stay that ended in the year: whether it is an index stay of the hospital-wide
--            readmission measure, why not, and the first stay after it within the window
-- key:       admission_id
-- reads:     measures.admission, population.enrollment_month, claims.person, claims.period, run.setting
-- rules:     performance.readmission_window_days, performance.readmission_minimum_age,
--            performance.readmission_prior_months, performance.readmission_excluded_discharge,
--            performance.year_months
-- cites:     CMS hospital-wide readmission measure; docs/performance.md
-- evidence:  measures.admission(admission_id)
with known as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
stay as (
  select
    admission.*,
    lead(admission_id) over (partition by person_id order by admission_date, discharge_date, admission_id) as next_id,
    lead(admission_date) over (
      partition by person_id order by admission_date, discharge_date, admission_id
    ) as next_date,
    lead(planned) over (partition by person_id order by admission_date, discharge_date, admission_id) as next_planned
  from measures.admission as admission
  where stay_kind = 'acute'
),
ended as (
  select stay.*, cx_add_days(stay.discharge_date, span.value) as window_end
  from stay
  cross join rules.performance_readmission_window_days as span
  join run.setting as setting on cx_year_of(stay.discharge_date) = setting.data_year
),
-- months from as far back as the measure asks (or the claims go) to the end of the window
wanted as (
  select
    ended.admission_id, ended.person_id, ended.admission_date,
    greatest(
      known.first_day,
      make_date(
        cx_year_of(ended.admission_date) - cast(floor(cx_divide(prior.value, one_year.value)) as integer),
        month(ended.admission_date), 1
      )
    ) as first_day,
    least(ended.window_end, known.last_day, coalesce(person.death_date, ended.window_end)) as last_day
  from ended
  cross join known
  cross join rules.performance_readmission_prior_months as prior
  cross join rules.performance_year_months as one_year
  left join claims.person as person on person.person_id = ended.person_id
),
enrolled as (
  select
    wanted.admission_id,
    sum(case when member.fee_for_service then 1 else 0 end) as months_held
  from wanted
  join population.enrollment_month as member
    on member.person_id = wanted.person_id and member.month >= cx_month_of(wanted.first_day)
    and member.month <= cx_month_of(wanted.last_day)
  group by wanted.admission_id
),
judged as (
  select
    ended.admission_id,
    case
      when cx_age_on(person.birth_date, ended.admission_date) < youngest.value or person.birth_date is null
        then 'younger than the measure asks'
      when left_early.reason is not null then left_early.reason
      when ended.exclusion_category is not null then ended.exclusion_category
      when coalesce(enrolled.months_held, 0) < cx_months_between(wanted.first_day, wanted.last_day) + 1
        then 'not in fee-for-service Medicare throughout'
      when ended.window_end > known.last_day then 'the window ends after the loaded claims'
    end as exclusion_reason
  from ended
  join wanted on wanted.admission_id = ended.admission_id
  cross join known
  cross join rules.performance_readmission_minimum_age as youngest
  left join claims.person as person on person.person_id = ended.person_id
  left join enrolled on enrolled.admission_id = ended.admission_id
  left join rules.performance_readmission_excluded_discharge as left_early
    on left_early.discharge_code = ended.discharge_code
)
select
  ended.admission_id, ended.person_id, ended.month, ended.admission_date, ended.discharge_date, ended.facility_ccn,
  ended.specialty_cohort, judged.exclusion_reason is null as index_stay, judged.exclusion_reason,
  case when ended.next_date <= ended.window_end then ended.next_id end as next_admission_id,
  case when ended.next_date <= ended.window_end then ended.next_planned end as next_planned,
  case when ended.next_date <= ended.window_end
    then cx_days_between(ended.discharge_date, ended.next_date) end as days_to_next,
  -- only the first stay after discharge counts: a planned one ends the question
  coalesce(ended.next_date <= ended.window_end and not ended.next_planned, false) as readmitted
from ended
join judged on judged.admission_id = ended.admission_id
