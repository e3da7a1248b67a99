-- step:      mips.complex_patient
-- makes:     one row per performance year, practice and clinician (npi '' is the practice): patients of the later
--            segment, their mean HCC risk score and share of dual eligibles, where these are from
-- key:       performance_year, tin, npi
-- reads:     mips.segment, qp.service, population.risk, claims.eligibility, reference.physician_by_provider
-- rules:     population.dual_status
-- cites:     42 CFR 414.1380(c)(3); docs/mips-eligibility.md
-- evidence:  qp.service(tin, npi)
-- owner:     tin, npi
with seen as (
  select distinct
    segment.performance_year, segment.first_day, segment.last_day, segment.is_whole, service.tin, service.npi,
    service.person_id
  from qp.service as service
  join mips.segment as segment
    on segment.is_latest and service.month >= segment.first_month and service.month <= segment.last_month
  where service.volume_services > 0
),
panel as (
  select performance_year, first_day, last_day, is_whole, tin, npi, person_id from seen
  union
  select performance_year, first_day, last_day, is_whole, tin, '' as npi, person_id from seen
),
score as (
  select
    person_id, risk_score, source,
    row_number() over (partition by person_id order by payment_year desc, source) as place
  from population.risk
  where risk_score is not null
),
dual as (
  select distinct people.performance_year, people.person_id
  from (select distinct performance_year, first_day, last_day, person_id from seen) as people
  join claims.eligibility as span
    on span.person_id = people.person_id and span.enrollment_start_date <= people.last_day
    and (span.enrollment_end_date is null or span.enrollment_end_date >= people.first_day)
  join rules.population_dual_status as status on status.dual_status_code = span.dual_status_code
),
counted as (
  select
    panel.performance_year, panel.tin, panel.npi, max(case when panel.is_whole then 1 else 0 end) = 1 as is_whole,
    count(*) as beneficiaries, count(score.risk_score) as beneficiaries_with_risk_score,
    count(case when score.source = 'assignment_list' then 1 end) as listed_scores,
    cx_divide(cx_exact_sum(score.risk_score), count(score.risk_score)) as mean_hcc_risk_score,
    cx_divide(count(dual.person_id), count(*)) as dual_eligible_share
  from panel
  left join score on score.person_id = panel.person_id and score.place = 1
  left join dual on dual.performance_year = panel.performance_year and dual.person_id = panel.person_id
  group by panel.performance_year, panel.tin, panel.npi
),
published as (
  select
    npi, year, beneficiaries, average_risk_score, cx_divide(dual_beneficiaries, beneficiaries) as dual_share,
    row_number() over (partition by npi order by year desc, vintage desc, beneficiaries) as place
  from reference.physician_by_provider
  where beneficiaries > 0
)
select
  counted.performance_year, counted.tin, counted.npi, counted.beneficiaries, counted.beneficiaries_with_risk_score,
  coalesce(counted.mean_hcc_risk_score, published.average_risk_score) as mean_hcc_risk_score,
  case
    when counted.beneficiaries_with_risk_score > 0 and counted.listed_scores = counted.beneficiaries_with_risk_score
      then 'assignment list'
    when counted.listed_scores > 0 then 'assignment list and claims'
    when counted.beneficiaries_with_risk_score > 0 then 'claims'
    when published.average_risk_score is not null then 'by-provider file'
  end as risk_score_origin,
  counted.dual_eligible_share, published.dual_share as published_dual_share,
  published.beneficiaries as published_beneficiaries, published.year as published_year,
  case
    when published.beneficiaries is not null then least(cx_divide(counted.beneficiaries, published.beneficiaries), 1)
  end as panel_coverage,
  concat(
    'proxy: the patients of the loaded claims', case when counted.is_whole then '' else ', which lack a part of the segment' end,
    case
      when counted.beneficiaries_with_risk_score > 0 then '; risk scores of the measured year'
      when published.average_risk_score is not null then '; risk score as published for the clinician'
      else '; no risk scores'
    end
  ) as basis
from counted
left join published on published.npi = counted.npi and published.place = 1
