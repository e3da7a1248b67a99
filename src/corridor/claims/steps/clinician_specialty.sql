-- step:      claims.clinician_specialty
-- makes:     one row per year and clinician: the specialty most of the clinician's Part B claims name
-- key:       service_year, npi
-- reads:     claims.medical_claim
-- rules:     asm.specialty_count, asm.specialty_tie_rule, claims.claim_setting
-- cites:     42 CFR 512.710; ASM specification 1.2
-- evidence:  claims.medical_claim(rendering_npi)
-- owner:     npi
with counted as (
  select
    cx_year_of(lines.claim_end_date) as service_year, lines.rendering_npi as npi,
    lines.rendering_specialty_code as specialty_code,
    count(distinct concat_ws('/', lines.source_id, lines.claim_id)) as claims, count(*) as lines,
    max(lines.claim_end_date) as last_date
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  where lines.rendering_npi is not null and lines.claim_end_date is not null
    and lines.rendering_specialty_code is not null
  group by cx_year_of(lines.claim_end_date), lines.rendering_npi, lines.rendering_specialty_code
),
ranked as (
  select
    counted.service_year, counted.npi, counted.specialty_code, counted.claims, counted.last_date,
    cast(sum(counted.claims) over (partition by counted.service_year, counted.npi) as bigint) as all_claims,
    count(*) over (partition by counted.service_year, counted.npi) as specialties,
    row_number() over (
      partition by counted.service_year, counted.npi
      order by
        case when what.value = 'lines' then counted.lines else counted.claims end desc,
        case when tie.value = 'most_recent_claim' then counted.last_date end desc nulls last,
        counted.specialty_code
    ) as place
  from counted
  cross join rules.asm_specialty_count as what
  cross join rules.asm_specialty_tie_rule as tie
)
select
  service_year, npi, specialty_code, claims as specialty_claims, all_claims, specialties,
  last_date as last_claim_date
from ranked
where place = 1
