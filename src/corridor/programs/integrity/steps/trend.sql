-- step:      integrity.trend
-- makes:     one row per ACO, enrolment type and loaded year: the mean risk score CMS reported, the mean score from
--            claims (demographic and disease part), and each over that of the base year: the third one of the
--            agreement where it is known and loaded, else the first loaded year
-- key:       aco_id, enrollment_type, year
-- reads:     mssp.person_year, mssp.terms, integrity.person_year, org_raw.assignment_list, run.setting
-- cites:     42 CFR 425.605(a)(1)(ii); MSSP notes 5.7; docs/risk-integrity.md
-- evidence:  mssp.person_year(aco_id, enrollment_type, year)
-- owner:     aco_id
with listed as (
  select distinct performance_year as year from org_raw.assignment_list
),
counted as (
  select
    member.aco_id, member.enrollment_type, member.year, count(*) as people,
    cx_exact_sum(member.person_years) as person_years,
    cx_divide(cx_exact_sum(member.expenditure * member.weight), cx_exact_sum(member.weight)) as expenditure,
    -- people with ESRD are scored by a model of their own; scores CMS reported are compared with their own kind only
    cx_divide(
      cx_exact_sum(case when listed.year is not null then member.risk_score * member.person_years end),
      cx_exact_sum(case when listed.year is not null and member.risk_score is not null then member.person_years end)
    ) as reported_score,
    cx_divide(
      cx_exact_sum(case when member.enrollment_type <> 'esrd' then own.score * member.person_years end),
      cx_exact_sum(case when member.enrollment_type <> 'esrd' and own.score is not null then member.person_years end)
    ) as claims_score,
    cx_divide(
      cx_exact_sum(own.demographic * member.person_years),
      cx_exact_sum(case when own.demographic is not null then member.person_years end)
    ) as demographic_score,
    cx_divide(
      cx_exact_sum(cast(own.hccs as double) * member.person_years),
      cx_exact_sum(case when own.hccs is not null then member.person_years end)
    ) as categories_per_person
  from mssp.person_year as member
  left join listed on listed.year = member.year
  left join integrity.person_year as own
    on own.person_id = member.person_id and own.year = member.year
    and own.enrollment_type = member.enrollment_type
  where member.weight > 0
  group by member.aco_id, member.enrollment_type, member.year
),
loaded as (
  select aco_id, min(year) as first_year from counted group by aco_id
),
agreed as (
  select terms.aco_id, max(terms.agreement_start_year) as agreement_start_year
  from mssp.terms as terms
  join run.setting as setting on setting.data_year = terms.performance_year
  group by terms.aco_id
),
base as (
  select
    loaded.aco_id, agreed.agreement_start_year,
    case when known.aco_id is not null then agreed.agreement_start_year - 1 else loaded.first_year end as base_year,
    case when known.aco_id is not null then 'third base year of the agreement' else 'first loaded year' end
      as base_basis
  from loaded
  left join agreed on agreed.aco_id = loaded.aco_id
  left join (select distinct aco_id, year from counted) as known
    on known.aco_id = loaded.aco_id and known.year = agreed.agreement_start_year - 1
)
select
  counted.aco_id, counted.enrollment_type, counted.year, cast(base.base_year as integer) as base_year,
  base.base_basis, cast(base.agreement_start_year as integer) as agreement_start_year, counted.people,
  counted.person_years, counted.expenditure, earlier.expenditure as base_expenditure,
  counted.reported_score, cx_divide(counted.reported_score, earlier.reported_score) as reported_ratio,
  counted.claims_score, cx_divide(counted.claims_score, earlier.claims_score) as claims_ratio,
  counted.demographic_score,
  cx_divide(counted.demographic_score, earlier.demographic_score) as demographic_ratio,
  counted.categories_per_person, earlier.categories_per_person as base_categories_per_person
from counted
join base on base.aco_id = counted.aco_id
left join counted as earlier
  on earlier.aco_id = counted.aco_id and earlier.enrollment_type = counted.enrollment_type
  and earlier.year = base.base_year
