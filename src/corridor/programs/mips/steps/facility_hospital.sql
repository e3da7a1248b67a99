-- step:      mips.facility_hospital
-- makes:     one row per performance year, segment, practice and clinician with services at the places of facility-based
--            clinicians: the hospital where most of those patients were, by facility claims of the same days, and its
--            score in Hospital Value-Based Purchasing
-- key:       performance_year, segment, tin, npi
-- reads:     mips.segment, claims.medical_claim, reference.hospital_purchasing_score
-- rules:     claims.claim_setting, mips.place_status_code, mips.facility_score_lag_years
-- cites:     42 CFR 414.1380(e) (facility-based, from memory); docs/mips-eligibility.md
-- evidence:  claims.medical_claim(rendering_tin, rendering_npi)
-- owner:     tin, npi
with served as (
  select distinct
    lines.person_id, coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  join rules.mips_place_status_code as listed
    on listed.status = 'facility_based' and listed.place_of_service_code = lines.place_of_service_code
  where lines.rendering_npi is not null and coalesce(lines.rendering_tin, lines.billing_tin) is not null
    and lines.person_id is not null
),
hospital as (
  select distinct
    lines.person_id, lines.facility_ccn, coalesce(lines.admission_date, lines.claim_start_date) as first_day,
    coalesce(lines.discharge_date, lines.claim_end_date) as last_day
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting in ('inpatient', 'outpatient')
  where lines.facility_ccn is not null
),
counted as (
  select
    segment.performance_year, segment.segment, served.tin, served.npi, hospital.facility_ccn,
    count(distinct served.person_id) as beneficiaries
  from served
  join mips.segment as segment
    on served.service_date >= segment.first_day and served.service_date <= segment.last_day
  join hospital
    on hospital.person_id = served.person_id and served.service_date >= hospital.first_day
    and served.service_date <= hospital.last_day
  group by segment.performance_year, segment.segment, served.tin, served.npi, hospital.facility_ccn
),
most as (
  select
    *, row_number() over (
      partition by performance_year, segment, tin, npi order by beneficiaries desc, facility_ccn
    ) as place
  from counted
),
newest as (
  select
    fiscal_year, facility_ccn, total_performance_score,
    row_number() over (partition by fiscal_year, facility_ccn order by vintage desc, total_performance_score) as place
  from reference.hospital_purchasing_score
  where total_performance_score is not null
),
-- percent of the other hospitals with a lower score
ranked as (
  select
    fiscal_year, facility_ccn, total_performance_score,
    cx_divide(
      100 * (rank() over (partition by fiscal_year order by total_performance_score) - 1),
      count(*) over (partition by fiscal_year) - 1
    ) as percentile
  from newest
  where place = 1
),
scored_year as (
  select distinct fiscal_year from ranked
)
select
  most.performance_year, most.segment, most.tin, most.npi, most.facility_ccn, most.beneficiaries,
  ranked.total_performance_score, ranked.percentile,
  -- without the list of the year nobody knows whether the hospital has a score
  case when scored_year.fiscal_year is not null then ranked.facility_ccn is not null end as has_score
from most
cross join rules.mips_facility_score_lag_years as lag_years
left join scored_year on scored_year.fiscal_year = most.performance_year + lag_years.value
left join ranked
  on ranked.fiscal_year = most.performance_year + lag_years.value and ranked.facility_ccn = most.facility_ccn
where most.place = 1
