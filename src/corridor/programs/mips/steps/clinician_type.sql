-- step:      mips.clinician_type
-- makes:     one row per performance year, practice and clinician with covered professional services in the
--            determination period: specialty, whether its type is eligible for MIPS (null: specialty unknown), and
--            whether the NPI itself is of the performance year, so that enrolment in Medicare must be too
-- key:       performance_year, tin, npi
-- reads:     qp.low_volume, claims.clinician_specialty, asm.roster, reference.nppes
-- rules:     mips.eligible_specialty
-- cites:     42 CFR 414.1305 (MIPS eligible clinician, new Medicare-enrolled); docs/mips-eligibility.md
-- evidence:  claims.clinician_specialty(npi)
-- owner:     tin, npi
with pair as (
  select performance_year, tin, npi from qp.low_volume where npi <> 'practice'
),
-- the specialty of the performance year, else the newest before it, else the first after it
by_claims as (
  select performance_year, npi, specialty_code
  from (
    select
      year.performance_year, year.npi, known.specialty_code,
      row_number() over (
        partition by year.performance_year, year.npi
        order by
          case when known.service_year <= year.performance_year then 0 else 1 end,
          abs(known.service_year - year.performance_year), known.service_year
      ) as place
    from (select distinct performance_year, npi from pair) as year
    join claims.clinician_specialty as known on known.npi = year.npi
  )
  where place = 1
),
enumerated as (
  select npi, min(enumeration_date) as enumeration_date from reference.nppes group by npi
),
described as (
  select
    pair.performance_year, pair.tin, pair.npi,
    coalesce(by_claims.specialty_code, listed.specialty_code) as specialty_code,
    case
      when by_claims.specialty_code is not null then 'claims'
      when listed.specialty_code is not null then 'roster'
    end as specialty_origin,
    enumerated.enumeration_date
  from pair
  left join by_claims on by_claims.performance_year = pair.performance_year and by_claims.npi = pair.npi
  left join asm.roster as listed on listed.tin = pair.tin and listed.npi = pair.npi
  left join enumerated on enumerated.npi = pair.npi
)
select
  described.performance_year, described.tin, described.npi, described.specialty_code, described.specialty_origin,
  kind.clinician_type,
  case when described.specialty_code is not null then kind.clinician_type is not null end as is_eligible_type,
  case
    when cx_year_of(described.enumeration_date) = described.performance_year then true
  end as newly_enrolled
from described
left join rules.mips_eligible_specialty as kind
  on described.specialty_code >= kind.code_from and described.specialty_code <= kind.code_to
