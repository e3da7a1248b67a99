-- step:      population.risk_person
-- makes:     one row per person with a birth date: age on the day the models take it, sex, dual status, original
--            reason for entitlement, long-term institution, new enrollee, end-stage renal disease
-- key:       person_id
-- reads:     run.setting, claims.person, claims.medical_claim, population.enrollment_month, population.month,
--            org_raw.assignment_list, identity.person_alias
-- rules:     risk.age_on_month, risk.age_on_day, risk.dual_status, risk.original_reason, risk.institutional_days,
--            risk.institutional_place, risk.new_enrollee_months, risk.enrollment_people
-- cites:     CMS-HCC software (inputs of a person); 42 CFR 422.308(c)(2); docs/risk.md
-- evidence:  claims.person(person_id)
with resident as (
  select lines.person_id
  from claims.medical_claim as lines
  join run.setting as setting on cx_year_of(lines.claim_end_date) = setting.data_year
  join rules.risk_institutional_place as place
    on place.place_of_service_code = lines.place_of_service_code
  cross join rules.risk_institutional_days as least_days
  where lines.person_id is not null
  group by lines.person_id
  having cx_days_between(min(lines.claim_start_date), max(lines.claim_end_date)) >= max(least_days.value)
),
listed as (
  select
    coalesce(alias.kept_person_id, report.person_id) as person_id,
    max(lower(report.long_term_institutional)) as long_term
  from org_raw.assignment_list as report
  join run.setting as setting on setting.data_year = report.performance_year
  left join identity.person_alias as alias on alias.person_id = report.person_id
  where report.long_term_institutional is not null
  group by coalesce(alias.kept_person_id, report.person_id)
),
covered as (
  select count(*) as months from population.month as calendar
  join run.setting as setting on setting.data_year = calendar.year
),
-- months after a death are not months without Part B
held as (
  select
    month.person_id, sum(case when month.part_b then 1 else 0 end) as months_of_part_b,
    max(case when month.died then month.month end) as death_month, max(status.esrd_status) as esrd_status
  from population.enrollment_month as month
  join run.setting as setting on setting.data_year = month.year
  left join rules.risk_enrollment_people as status on status.enrollment_type = month.enrollment_type
  group by month.person_id
),
after_death as (
  select held.person_id, count(*) as months
  from held
  join population.month as calendar on calendar.month > held.death_month
  join run.setting as setting on setting.data_year = calendar.year
  group by held.person_id
),
born as (
  select
    person.person_id, person.gender, person.dual_status_code, person.original_reason_entitlement_code,
    cx_age_on(person.birth_date, make_date(cast(setting.data_year + 1 as integer), on_month.value, on_day.value)) as age
  from claims.person as person
  cross join run.setting as setting
  cross join rules.risk_age_on_month as on_month
  cross join rules.risk_age_on_day as on_day
  where person.birth_date is not null and person.gender in ('male', 'female')
)
select
  born.person_id, greatest(born.age, 0) as age, case when born.gender = 'female' then 'F' else 'M' end as sex,
  coalesce(dual.dual_status_code, '00') as dual_status_code,
  coalesce(reason.original_reason, '0') as original_reason,
  case when listed.long_term is not null then listed.long_term in ('1', 'y', 'yes', 'true')
    else resident.person_id is not null end as institutional,
  held.months_of_part_b + coalesce(after_death.months, 0) < least(covered.months, fewest.value) as new_enrollee,
  false as special_needs_plan, coalesce(held.esrd_status, 'none') as esrd_status,
  cast(0 as integer) as graft_months
from born
join held on held.person_id = born.person_id
cross join covered
cross join rules.risk_new_enrollee_months as fewest
left join after_death on after_death.person_id = born.person_id
left join rules.risk_dual_status as dual on dual.dual_status_code = born.dual_status_code
left join rules.risk_original_reason as reason on reason.original_reason = born.original_reason_entitlement_code
left join resident on resident.person_id = born.person_id
left join listed on listed.person_id = born.person_id
