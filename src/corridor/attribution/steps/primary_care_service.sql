-- step:      attribution.primary_care_service
-- makes:     one row per claim line that counts as a primary care service: who furnished it, under which
--            practice, in which group of specialties; services on the days of an excluding stay are left out
-- key:       source_id, claim_id, claim_line_number
-- reads:     attribution.primary_care_line, attribution.facility_stay, attribution.clinician,
--            attribution.facility_practice, attribution.silent_source
-- rules:     mssp.specialty, reach.specialty, mssp.excluded_place
-- cites:     42 CFR 425.400(c), 425.402(b) and (c), 425.404; SLAAM 2025 pages 90 to 97
-- evidence:  attribution.primary_care_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
with stay as (
  select person_id, stay, first_date, last_date
  from attribution.facility_stay
  where first_date is not null and last_date is not null
),
excluding as (
  select distinct service_group, stay from rules.mssp_excluded_place
),
-- only the few services that a stay excludes are held against the stays
excluded as (
  select distinct line.source_id, line.claim_id, line.claim_line_number
  from attribution.primary_care_line as line
  join excluding on excluding.service_group = line.service_group
  join stay
    on stay.person_id = line.person_id and stay.stay = excluding.stay
    and line.service_date >= stay.first_date and line.service_date <= stay.last_date
),
kept as (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date,
    coalesce(line.tin, practice.tin) as tin, line.npi, line.facility_ccn, line.facility_npi, line.facility_kind, line.whole_claim,
    coalesce(line.rendering_specialty_code, clinician.specialty_code) as specialty_code,
    case
      when line.rendering_specialty_code is not null then 'line'
      when clinician.npi is not null then clinician.specialty_source
      when silent.counts_as_primary_care then 'assumed'
    end as specialty_basis,
    line.hcpcs_code, line.service_group, line.in_mssp, line.in_reach, line.allowed_amount, line.allowed_basis,
    line.service_month
  from attribution.primary_care_line as line
  left join attribution.clinician as clinician
    on clinician.npi = line.npi and line.rendering_specialty_code is null
  left join attribution.facility_practice as practice on practice.facility_npi = line.facility_npi
  left join attribution.silent_source as silent on silent.source_id = line.source_id
  left join excluded
    on excluded.source_id = line.source_id and excluded.claim_id = line.claim_id
    and excluded.claim_line_number = line.claim_line_number
  where excluded.claim_id is null and line.allowed_amount > 0 and line.service_date is not null
    and coalesce(line.tin, practice.tin, line.facility_ccn, line.facility_npi) is not null
)
select
  kept.source_id, kept.claim_id, kept.claim_line_number, kept.person_id, kept.service_date, kept.npi, kept.tin,
  kept.facility_ccn,
  -- who answers for the service: the practice, or the facility where no practice is known
  coalesce(kept.tin, kept.facility_ccn, kept.facility_npi) as provider_id,
  kept.tin is null as is_facility, kept.specialty_code,
  kept.specialty_basis,
  case
    when kept.whole_claim then 'facility'
    when kept.specialty_basis = 'assumed' then 'primary_care_physician'
    else specialty.clinician_group
  end as clinician_group,
  case when kept.whole_claim or kept.specialty_basis = 'assumed' then 'primary' else reach.specialty_group end
    as reach_group,
  kept.hcpcs_code, kept.service_group, kept.in_mssp, kept.in_reach, kept.allowed_amount, kept.allowed_basis,
  kept.service_month
from kept
left join rules.mssp_specialty as specialty on specialty.specialty_code = kept.specialty_code
left join rules.reach_specialty as reach on reach.specialty_code = kept.specialty_code
where kept.whole_claim or kept.specialty_basis = 'assumed' or specialty.specialty_code is not null or reach.specialty_code is not null
