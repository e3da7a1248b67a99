-- step:      measures.virtual_comparison
-- makes:     one row per service line and outcome: virtual against in-person openings of care, matched exactly on age
--            band, sex, enrolment type, month and acute care just before; weighted as the virtual ones are
-- key:       service_line, outcome
-- reads:     measures.virtual_course
-- rules:     virtual_care.smallest_stratum, virtual_care.interval_deviations
-- cites:     coarsened exact matching; docs/virtual-care.md
-- evidence:  measures.virtual_course(service_line)
with long as (
  select service_line, age_band, gender, enrollment_type, month, acute_before, is_virtual, person_id,
    'follow_up_visit' as outcome, cast(followed_up as double) as amount
  from measures.virtual_course
  union all
  select service_line, age_band, gender, enrollment_type, month, acute_before, is_virtual, person_id,
    'emergency_visit', cast(emergency_after as double)
  from measures.virtual_course
  union all
  select service_line, age_band, gender, enrollment_type, month, acute_before, is_virtual, person_id,
    'admission', cast(inpatient_after as double)
  from measures.virtual_course
  union all
  select service_line, age_band, gender, enrollment_type, month, acute_before, is_virtual, person_id,
    'expenditure', cast(expenditure_after as double)
  from measures.virtual_course
),
stratum as (
  select
    service_line, outcome, age_band, gender, enrollment_type, month, acute_before,
    sum(case when is_virtual then 1 else 0 end) as virtual_visits,
    sum(case when is_virtual then 0 else 1 end) as in_person_visits,
    cx_exact_sum(case when is_virtual then amount else 0 end) as virtual_sum,
    cx_exact_sum(case when is_virtual then 0 else amount end) as in_person_sum,
    cx_exact_sum(case when is_virtual then amount * amount else 0 end) as virtual_squares,
    cx_exact_sum(case when is_virtual then 0 else amount * amount end) as in_person_squares
  from long
  group by service_line, outcome, age_band, gender, enrollment_type, month, acute_before
),
kept as (
  select stratum.*,
    cx_divide(virtual_sum, virtual_visits) as virtual_mean,
    cx_divide(in_person_sum, in_person_visits) as in_person_mean,
    cx_divide(virtual_squares - cx_divide(virtual_sum * virtual_sum, virtual_visits), virtual_visits - 1)
      as virtual_variance,
    cx_divide(in_person_squares - cx_divide(in_person_sum * in_person_sum, in_person_visits),
      in_person_visits - 1) as in_person_variance
  from stratum
  cross join rules.virtual_care_smallest_stratum as smallest
  where virtual_visits >= smallest.value and in_person_visits >= smallest.value
),
summed as (
  select
    service_line, outcome, count(*) as strata,
    cast(sum(virtual_visits) as bigint) as matched_virtual_visits,
    cast(sum(in_person_visits) as bigint) as matched_in_person_visits,
    cx_divide(cx_exact_sum(virtual_visits * virtual_mean), sum(virtual_visits)) as virtual_mean,
    cx_divide(cx_exact_sum(virtual_visits * in_person_mean), sum(virtual_visits)) as in_person_mean,
    cx_divide(
      cx_exact_sum(virtual_visits * virtual_visits
        * (cx_divide(virtual_variance, virtual_visits) + cx_divide(in_person_variance, in_person_visits))),
      cast(sum(virtual_visits) as double) * sum(virtual_visits)) as variance
  from kept
  group by service_line, outcome
),
everyone as (
  select service_line, outcome, count(distinct person_id) as people,
    sum(case when is_virtual then 1 else 0 end) as virtual_visits
  from long
  group by service_line, outcome
)
select
  summed.service_line, summed.outcome, everyone.people, everyone.virtual_visits,
  summed.matched_virtual_visits, summed.matched_in_person_visits, summed.strata,
  summed.virtual_mean, summed.in_person_mean, summed.virtual_mean - summed.in_person_mean as difference,
  summed.virtual_mean - summed.in_person_mean - z.value * sqrt(summed.variance) as interval_low,
  summed.virtual_mean - summed.in_person_mean + z.value * sqrt(summed.variance) as interval_high
from summed
join everyone on everyone.service_line = summed.service_line and everyone.outcome = summed.outcome
cross join rules.virtual_care_interval_deviations as z
