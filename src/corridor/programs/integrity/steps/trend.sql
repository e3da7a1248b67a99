-- step:      integrity.trend
-- makes:     one row per ACO, enrolment type and loaded year: the mean risk score CMS reported, the mean score from
--            claims (demographic and disease part), and each over that of the base year: the third one of the
--            agreement where it is known and loaded, else the first loaded year
-- key:       aco_id, enrollment_type, year
-- reads:     mssp.person_year, mssp.terms, integrity.person_year, org_raw.assignment_list, identity.person_alias,
--            run.setting
-- rules:     claims.cell_size_minimum
-- cites:     42 CFR 425.605(a)(1)(ii); MSSP notes 5.7; docs/risk-integrity.md
-- evidence:  mssp.person_year(aco_id, enrollment_type, year)
-- owner:     aco_id
-- the latest score CMS reported of a person for a year; mssp.person_year fills gaps from claims, which is another kind
with listed as (
  select
    coalesce(alias.kept_person_id, report.person_id) as person_id, report.performance_year as year, report.hcc_version,
    report.risk_score_esrd, report.risk_score_disabled, report.risk_score_aged_dual, report.risk_score_aged_nondual,
    row_number() over (
      partition by coalesce(alias.kept_person_id, report.person_id), report.performance_year
      order by report.report_period desc, report.delivery_id desc, report.source_id, report.person_id
    ) as place
  from org_raw.assignment_list as report
  left join identity.person_alias as alias on alias.person_id = report.person_id
),
scored as (
  select
    member.aco_id, member.enrollment_type, member.year, member.person_id, member.person_years, member.expenditure,
    member.weight, listed.hcc_version,
    case member.enrollment_type
      when 'esrd' then listed.risk_score_esrd
      when 'disabled' then listed.risk_score_disabled
      when 'aged_dual' then listed.risk_score_aged_dual
      when 'aged_non_dual' then listed.risk_score_aged_nondual
    end as reported_score,
    -- people with ESRD are scored by a model of their own
    case when member.enrollment_type <> 'esrd' then own.score end as claims_score, own.demographic, own.hccs
  from mssp.person_year as member
  left join listed on listed.person_id = member.person_id and listed.year = member.year and listed.place = 1
  left join integrity.person_year as own
    on own.person_id = member.person_id and own.year = member.year
    and own.enrollment_type = member.enrollment_type
  where member.weight > 0
),
counted as (
  select
    aco_id, enrollment_type, year, count(*) as people, cx_exact_sum(person_years) as person_years,
    cx_divide(cx_exact_sum(expenditure * weight), cx_exact_sum(weight)) as expenditure,
    cx_divide(
      cx_exact_sum(reported_score * person_years),
      cx_exact_sum(case when reported_score is not null then person_years end)
    ) as reported_score,
    -- scores of two versions of the model are not to be compared
    min(case when reported_score is not null then coalesce(hcc_version, '') end) as first_version,
    max(case when reported_score is not null then coalesce(hcc_version, '') end) as last_version,
    cx_divide(
      cx_exact_sum(claims_score * person_years),
      cx_exact_sum(case when claims_score is not null then person_years end)
    ) as claims_score,
    cx_divide(
      cx_exact_sum(case when claims_score is not null then person_years end), cx_exact_sum(person_years)
    ) as claims_share,
    cx_divide(
      cx_exact_sum(demographic * person_years), cx_exact_sum(case when demographic is not null then person_years end)
    ) as demographic_score,
    cx_divide(
      cx_exact_sum(cast(hccs as double) * person_years), cx_exact_sum(case when hccs is not null then person_years end)
    ) as categories_per_person
  from scored
  group by aco_id, enrollment_type, year
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
  counted.reported_score,
  case
    when counted.first_version = counted.last_version and earlier.first_version = earlier.last_version
      and counted.first_version = earlier.first_version then cx_divide(counted.reported_score, earlier.reported_score)
  end as reported_ratio,
  counted.claims_score, cx_divide(counted.claims_score, earlier.claims_score) as claims_ratio,
  counted.claims_share, earlier.claims_share as base_claims_share,
  counted.demographic_score,
  cx_divide(counted.demographic_score, earlier.demographic_score) as demographic_ratio,
  counted.categories_per_person, earlier.categories_per_person as base_categories_per_person,
  -- what is known of the base year stands on every row
  coalesce(earlier.people < smallest.value, false) as small_cell
from counted
cross join rules.claims_cell_size_minimum as smallest
join base on base.aco_id = counted.aco_id
left join counted as earlier
  on earlier.aco_id = counted.aco_id and earlier.enrollment_type = counted.enrollment_type
  and earlier.year = base.base_year
