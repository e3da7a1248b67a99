-- step:      attribution.clinician
-- makes:     one row per clinician (NPI): the specialty that stands in where a claim line names none
-- key:       npi
-- reads:     claims.clinician_specialty, org_raw.provider_roster
-- cites:     42 CFR 425.402(c) (specialty of the claim line); Corridor
-- evidence:  claims.clinician_specialty(npi)
-- owner:     npi
with claimed as (
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
)
select
  coalesce(claimed.npi, listed.npi) as npi,
  coalesce(claimed.specialty_code, listed.specialty_code) as specialty_code,
  case when claimed.npi is not null then 'claims' else 'roster' end as specialty_source
from (select npi, specialty_code from claimed where place = 1) as claimed
full outer join (select npi, specialty_code from listed where place = 1) as listed on listed.npi = claimed.npi
