-- step:      quality.not_delivered
-- makes:     one row per clinician and site of the roster and measure that the practice collects, of which nothing is
--            loaded for the year: the reporting gap that no count shows
-- key:       performance_year, tin, npi, site_id, measure_id, collection_type
-- reads:     claims.measure_result, org_raw.provider_roster
-- cites:     docs/quality.md, completeness
-- evidence:  claims.measure_result(performance_year, tin, measure_id, collection_type)
-- owner:     tin, npi
with collected as (
  select
    performance_year, tin, measure_id, collection_type, max(period_end) as period_end,
    count(distinct case when npi <> '' then npi end) as clinicians_reporting,
    max(case when site_id <> '' then 1 else 0 end) as sites_told
  from claims.measure_result
  where tin <> '' and entity_id = ''
  group by performance_year, tin, measure_id, collection_type
),
-- a practice of which results stand as a whole has no clinician missing
by_clinician as (
  select performance_year, tin, measure_id, collection_type, period_end, sites_told
  from collected
  where clinicians_reporting > 0
),
present as (
  select distinct
    roster.tin, roster.npi, coalesce(roster.site_id, '') as site_id, roster.specialty_code,
    cx_year_of(roster.start_date) as first_year, cx_year_of(roster.end_date) as last_year
  from org_raw.provider_roster as roster
  where roster.tin is not null and roster.npi is not null
),
expected as (
  select
    by_clinician.performance_year, present.tin, present.npi, present.site_id, by_clinician.measure_id,
    by_clinician.collection_type, min(by_clinician.period_end) as period_end, min(by_clinician.sites_told) as sites_told,
    min(present.specialty_code) as specialty_code
  from by_clinician
  join present
    on present.tin = by_clinician.tin
    and (present.first_year is null or present.first_year <= by_clinician.performance_year)
    and (present.last_year is null or present.last_year >= by_clinician.performance_year)
  group by
    by_clinician.performance_year, present.tin, present.npi, present.site_id, by_clinician.measure_id,
    by_clinician.collection_type
),
-- only a specialty that reports the measure somewhere in the practice is asked for it
reporting as (
  select distinct
    result.performance_year, result.tin, result.measure_id, result.collection_type, present.specialty_code
  from claims.measure_result as result
  join present on present.tin = result.tin and present.npi = result.npi
)
select
  expected.performance_year, expected.tin, expected.npi, expected.site_id, expected.measure_id,
  expected.collection_type, expected.period_end as practice_reported_to,
  case when found.npi is null then 'nothing of the clinician' else 'nothing of this site' end as missing
from expected
join reporting
  on reporting.performance_year = expected.performance_year and reporting.tin = expected.tin
  and reporting.measure_id = expected.measure_id and reporting.collection_type = expected.collection_type
  and coalesce(reporting.specialty_code, '') = coalesce(expected.specialty_code, '')
left join (
  select distinct performance_year, tin, npi, measure_id, collection_type
  from claims.measure_result
) as found
  on found.performance_year = expected.performance_year and found.tin = expected.tin and found.npi = expected.npi
  and found.measure_id = expected.measure_id and found.collection_type = expected.collection_type
left join (
  select distinct performance_year, tin, npi, site_id, measure_id, collection_type
  from claims.measure_result
) as at_site
  on at_site.performance_year = expected.performance_year and at_site.tin = expected.tin
  and at_site.npi = expected.npi and at_site.measure_id = expected.measure_id
  and at_site.collection_type = expected.collection_type and at_site.site_id = expected.site_id
where found.npi is null or (expected.sites_told = 1 and expected.site_id <> '' and at_site.npi is null)
