-- step:      attribution.clinician_share
-- makes:     one row per person, provider and clinician: the evidence that the clinician is the focal point of the
--            person's care, up to the end of the measured year
-- key:       person_id, provider_id, npi
-- reads:     attribution.primary_care_service, run.setting
-- rules:     attribution.focal_service, attribution.focal_visit_points, attribution.focal_specialty,
--            attribution.focal_window
-- cites:     89 FR 97866 (APCM: continuing focal point for all needed services); docs/attribution.md
-- evidence:  attribution.primary_care_service(person_id, provider_id, npi)
-- owner:     provider_id, npi
with stretch as (
  select
    months_back, factor, coalesce(lag(months_back) over (order by months_back), 0) as months_before
  from rules.attribution_focal_window
),
counted as (
  select
    service.person_id, service.provider_id, service.is_facility, service.npi, service.service_date,
    service.clinician_group, service.allowed_amount, kinds.evidence,
    coalesce(kinds.points, plain.value) * stretch.factor * coalesce(specialty.factor, 0) as points
  from attribution.primary_care_service as service
  cross join (select cx_add_days(make_date(data_year + 1, 1, 1), -1) as last_day from run.setting) as year
  join stretch
    on cx_months_between(service.service_date, year.last_day) < stretch.months_back
    and cx_months_between(service.service_date, year.last_day) >= stretch.months_before
  left join rules.attribution_focal_service as kinds on kinds.hcpcs_code = service.hcpcs_code
  left join rules.attribution_focal_specialty as specialty
    on specialty.clinician_group = service.clinician_group
  cross join rules.attribution_focal_visit_points as plain
  where service.npi is not null and service.service_date <= year.last_day
)
select
  person_id, provider_id, npi, max(case when is_facility then 1 else 0 end) = 1 as is_facility,
  count(distinct service_date) as visits, min(service_date) as first_visit, max(service_date) as last_visit,
  cx_exact_sum(points) as points, cast(sum(allowed_amount) as decimal(18, 2)) as allowed_charges,
  max(case when clinician_group = 'specialist' then 0 else 1 end) = 1 as is_primary_specialty,
  count(case when evidence = 'wellness_visit' then 1 end) as wellness_visits,
  count(case when evidence = 'transitional_care' then 1 end) as transitional_care_services,
  count(case when evidence = 'chronic_care_management' then 1 end) as chronic_care_services,
  count(case when evidence = 'advanced_primary_care_management' then 1 end) as advanced_primary_care_services
from counted
group by person_id, provider_id, npi
