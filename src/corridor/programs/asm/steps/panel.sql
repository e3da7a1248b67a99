-- step:      asm.panel
-- makes:     one row per candidate TIN/NPI: its loaded patients, their risk and dual status, and how much of the
--            clinician's whole panel they are
-- key:       performance_year, tin, npi
-- reads:     asm.candidate, asm.year_used, claims.service_line, claims.eligibility, org_raw.assignment_list,
--            identity.person_alias, reference.physician_by_provider
-- rules:     asm.episode_dual_status, asm.indicative_coverage
-- cites:     ASM specification 7.3 (complex patients); docs/episodes.md (coverage)
-- evidence:  claims.service_line(tin, npi)
-- owner:     tin, npi
with seen as (
  select distinct candidate.tin, candidate.npi, lines.person_id, used.measure_year
  from asm.candidate as candidate
  join asm.year_used as used on used.cohort = candidate.cohort
  join claims.service_line as lines
    on lines.npi = candidate.npi and lines.tin = candidate.tin and lines.setting = 'professional'
    and cx_year_of(lines.service_date) = used.measure_year
  where lines.person_id is not null
),
risk as (
  select
    coalesce(alias.kept_person_id, listed.person_id) as person_id, listed.performance_year, listed.file_date,
    listed.delivery_id, listed.report_period,
    cx_divide(
      greatest(coalesce(listed.risk_score_esrd, 0), 0) + greatest(coalesce(listed.risk_score_disabled, 0), 0)
      + greatest(coalesce(listed.risk_score_aged_dual, 0), 0)
      + greatest(coalesce(listed.risk_score_aged_nondual, 0), 0),
      case when listed.risk_score_esrd > 0 then 1 else 0 end
      + case when listed.risk_score_disabled > 0 then 1 else 0 end
      + case when listed.risk_score_aged_dual > 0 then 1 else 0 end
      + case when listed.risk_score_aged_nondual > 0 then 1 else 0 end
    ) as risk_score
  from org_raw.assignment_list as listed
  left join identity.person_alias as alias on alias.person_id = listed.person_id
),
-- the newest list that gives the person a score
newest_risk as (
  select person_id, risk_score
  from (
    select
      person_id, risk_score,
      row_number() over (
        partition by person_id
        order by performance_year desc, file_date desc nulls last, report_period desc nulls last, delivery_id,
          risk_score desc
      ) as place
    from risk
    where risk_score is not null
  )
  where place = 1
),
dual as (
  select distinct seen.person_id, seen.measure_year
  from (select distinct person_id, measure_year from seen) as seen
  join claims.eligibility as span
    on span.person_id = seen.person_id
    and span.enrollment_start_date < make_date(seen.measure_year + 1, 1, 1)
    and (span.enrollment_end_date is null or span.enrollment_end_date >= make_date(seen.measure_year, 1, 1))
  join rules.asm_episode_dual_status as status on status.dual_status_code = span.dual_status_code
),
practice_panel as (
  select
    seen.tin, seen.npi, max(seen.measure_year) as panel_year, count(*) as beneficiaries,
    count(newest_risk.risk_score) as beneficiaries_with_risk_score,
    cx_divide(cx_exact_sum(newest_risk.risk_score), count(newest_risk.risk_score)) as mean_hcc_risk_score,
    cx_divide(count(dual.person_id), count(*)) as dual_eligible_share
  from seen
  left join newest_risk on newest_risk.person_id = seen.person_id
  left join dual on dual.person_id = seen.person_id and dual.measure_year = seen.measure_year
  group by seen.tin, seen.npi
),
clinician_panel as (
  select npi, count(distinct person_id) as beneficiaries from seen group by npi
),
known as (
  select
    npi, year, beneficiaries, average_risk_score, cx_divide(dual_beneficiaries, beneficiaries) as dual_share,
    row_number() over (partition by npi order by year desc, vintage desc, beneficiaries) as place
  from reference.physician_by_provider
  where beneficiaries > 0
),
covered as (
  select
    candidate.performance_year, candidate.tin, candidate.npi, practice_panel.panel_year,
    coalesce(practice_panel.beneficiaries, 0) as beneficiaries,
    coalesce(practice_panel.beneficiaries_with_risk_score, 0) as beneficiaries_with_risk_score,
    -- the clinician's whole panel, as CMS publishes it, stands in where no assignment list is loaded
    coalesce(practice_panel.mean_hcc_risk_score, known.average_risk_score) as mean_hcc_risk_score,
    case
      when practice_panel.mean_hcc_risk_score is not null then 'assignment list'
      when known.average_risk_score is not null then 'by-provider file'
    end as risk_score_origin,
    coalesce(practice_panel.dual_eligible_share, known.dual_share) as dual_eligible_share,
    known.beneficiaries as clinician_beneficiaries, known.year as published_year,
    case
      when known.npi is not null
        then least(cx_divide(coalesce(clinician_panel.beneficiaries, 0), known.beneficiaries), 1)
    end as panel_coverage
  from asm.candidate as candidate
  left join practice_panel on practice_panel.tin = candidate.tin and practice_panel.npi = candidate.npi
  left join clinician_panel on clinician_panel.npi = candidate.npi
  left join known on known.npi = candidate.npi and known.place = 1
)
select
  covered.performance_year, covered.tin, covered.npi, covered.panel_year, covered.beneficiaries,
  covered.beneficiaries_with_risk_score, covered.mean_hcc_risk_score, covered.risk_score_origin,
  covered.dual_eligible_share,
  covered.clinician_beneficiaries, covered.published_year, covered.panel_coverage,
  covered.panel_coverage < fewest.value as indicative
from covered
cross join rules.asm_indicative_coverage as fewest
