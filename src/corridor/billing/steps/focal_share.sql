-- step:      billing.focal_share
-- makes:     one row per person, calendar year of APCM, provider and clinician: the evidence that the clinician is the focal
--            point of care, up to the end of that year; attribution.clinician_share for every year there is, by its rules
-- key:       person_id, year, provider_id, npi
-- reads:     attribution.primary_care_service, population.month
-- rules:     attribution.focal_service, attribution.focal_visit_points, attribution.focal_specialty,
--            attribution.focal_window, primary_care.apcm_code
-- cites:     89 FR 97866 (APCM: continuing focal point for all needed services); docs/apcm.md
-- evidence:  attribution.primary_care_service(person_id, provider_id, npi)
-- owner:     provider_id, npi
with year as (
  select calendar.year, cx_add_days(make_date(calendar.year + 1, 1, 1), -1) as last_day
  from (select distinct year from population.month) as calendar
  join (select min(valid_from) as first_day from rules.primary_care_apcm_code) as began
    on calendar.year >= cx_year_of(began.first_day)
),
stretch as (
  select
    months_back, factor, coalesce(lag(months_back) over (order by months_back), 0) as months_before
  from rules.attribution_focal_window
),
counted as (
  select
    service.person_id, year.year, service.provider_id, service.is_facility, service.npi, service.service_date,
    service.clinician_group, kinds.evidence,
    coalesce(kinds.points, plain.value) * stretch.factor * coalesce(specialty.factor, 0) as points
  from attribution.primary_care_service as service
  join year on service.service_date <= year.last_day
  join stretch
    on cx_months_between(service.service_date, year.last_day) < stretch.months_back
    and cx_months_between(service.service_date, year.last_day) >= stretch.months_before
  left join rules.attribution_focal_service as kinds on kinds.hcpcs_code = service.hcpcs_code
  left join rules.attribution_focal_specialty as specialty on specialty.clinician_group = service.clinician_group
  cross join rules.attribution_focal_visit_points as plain
  where service.npi is not null
)
select
  person_id, year, provider_id, npi, max(case when is_facility then 1 else 0 end) = 1 as is_facility,
  count(distinct service_date) as visits, max(service_date) as last_visit, cx_exact_sum(points) as points,
  max(case when clinician_group = 'specialist' then 0 else 1 end) = 1 as is_primary_specialty,
  count(case when evidence = 'wellness_visit' then 1 end) as wellness_visits,
  count(case when evidence = 'transitional_care' then 1 end) as transitional_care_services,
  count(case when evidence = 'chronic_care_management' then 1 end) as chronic_care_services,
  count(case when evidence = 'advanced_primary_care_management' then 1 end) as advanced_primary_care_services
from counted
group by person_id, year, provider_id, npi
