-- step:      attribution.clinician
-- makes:     one row per clinician (NPI) of primary care lines without a specialty of their own: the specialty that
--            stands in, by the clinician's other claims, the roster, or NPPES
-- key:       npi
-- reads:     attribution.primary_care_line, claims.clinician_specialty, org_raw.provider_roster, reference.nppes
-- rules:     attribution.taxonomy_specialty
-- cites:     42 CFR 425.402(c) (specialty of the claim line); Corridor
-- evidence:  claims.clinician_specialty(npi)
-- owner:     npi
with wanted as (
  select distinct npi
  from attribution.primary_care_line
  where npi is not null and rendering_specialty_code is null
),
claimed as (
  select npi, specialty_code, row_number() over (partition by npi order by service_year desc) as place
  from claims.clinician_specialty
),
listed as (
  select
    npi, specialty_code,
    row_number() over (
      partition by npi
      order by file_date desc nulls last, end_date desc nulls first, start_date desc nulls last, specialty_code, tin,
        delivery_id
    ) as place
  from org_raw.provider_roster
  where npi is not null and specialty_code is not null
),
registered as (
  select
    wanted.npi, crosswalk.specialty_code,
    row_number() over (
      partition by wanted.npi
      order by register.vintage desc, length(crosswalk.taxonomy_prefix) desc, crosswalk.taxonomy_prefix
    ) as place
  from wanted
  join reference.nppes as register on register.npi = wanted.npi
  join rules.attribution_taxonomy_specialty as crosswalk
    on starts_with(register.taxonomy_code, crosswalk.taxonomy_prefix)
)
select
  wanted.npi, coalesce(claimed.specialty_code, listed.specialty_code, registered.specialty_code) as specialty_code,
  case
    when claimed.npi is not null then 'claims' when listed.npi is not null then 'roster'
    else 'nppes'
  end as specialty_source
from wanted
left join claimed on claimed.npi = wanted.npi and claimed.place = 1
left join listed on listed.npi = wanted.npi and listed.place = 1
left join registered on registered.npi = wanted.npi and registered.place = 1
where coalesce(claimed.specialty_code, listed.specialty_code, registered.specialty_code) is not null
