-- org_raw.assignment_list; a month is assigned where its enrolment flag names a type
select
  person_id, coalesce(performance_year, $year) as performance_year, coalesce(report_period, $period) as report_period,
  case when $has_flags then cast(len(list_filter([$flags], lambda flag: flag > 0)) as integer) end as months_assigned,
  $flag_columns, hcc_version, esrd_score as risk_score_esrd, dis_score as risk_score_disabled,
  agdu_score as risk_score_aged_dual, agnd_score as risk_score_aged_nondual, partd_months as part_d_months,
  bene_psnyrs_dual as dual_person_years, bene_death_dt as death_date, assignment_type, assigned_before,
  asg_status as assignment_status, new_enrollee, lti_status as long_term_institutional, va_tin as voluntary_tin,
  va_npi as voluntary_npi, state_county_cd as state_county_code
from staged
join person_map as who on who.identifier = bene_mbi_id
