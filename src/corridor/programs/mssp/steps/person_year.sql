-- step:      mssp.person_year
-- makes:     one row per ACO, year, enrolment type and assigned person: person-years, and the expenditure of the person
--            as a whole year in the type, cut at the threshold and completed; weight is what it counts with in a mean
-- key:       aco_id, year, enrollment_type, person_id
-- reads:     mssp.assigned, population.person_year, population.risk, org_raw.assignment_list, identity.person_alias
-- cites:     42 CFR 425.605(a), 425.652(a)(1); MSSP notes section 4; docs/aco.md
-- evidence:  population.person_year(person_id, year, enrollment_type)
-- owner:     aco_id, tin
with report as (
  select
    coalesce(alias.kept_person_id, listed.person_id) as person_id, listed.performance_year as year,
    listed.risk_score_esrd, listed.risk_score_disabled, listed.risk_score_aged_dual, listed.risk_score_aged_nondual,
    row_number() over (
      partition by coalesce(alias.kept_person_id, listed.person_id), listed.performance_year
      order by listed.report_period desc, listed.delivery_id desc, listed.source_id, listed.person_id
    ) as place
  from org_raw.assignment_list as listed
  left join identity.person_alias as alias on alias.person_id = listed.person_id
),
-- scores from claims are of the one year after the measured one, and of the type of most months
worked as (
  select person_id, cast(payment_year - 1 as integer) as year, enrollment_type, risk_score
  from population.risk
  where source = 'claims'
)
select
  assigned.aco_id, assigned.tin, person.year, person.enrollment_type, person.person_id, person.member_months,
  person.person_years, person.completed as expenditure, person.person_years as weight,
  person.expenditure as paid_expenditure, person.annualized, person.truncation_threshold, person.threshold_source,
  person.truncated_annualized, person.completion_factor, person.completion_method,
  person.annualized > person.truncation_threshold as truncated,
  coalesce(
    case person.enrollment_type
      when 'esrd' then report.risk_score_esrd
      when 'disabled' then report.risk_score_disabled
      when 'aged_dual' then report.risk_score_aged_dual
      when 'aged_non_dual' then report.risk_score_aged_nondual
    end,
    worked.risk_score
  ) as risk_score,
  assigned.basis, person.carried_back_months
from mssp.assigned as assigned
join population.person_year as person on person.person_id = assigned.person_id and person.year = assigned.year
left join report on report.person_id = person.person_id and report.year = person.year and report.place = 1
left join worked
  on worked.person_id = person.person_id and worked.year = person.year
  and worked.enrollment_type = person.enrollment_type
