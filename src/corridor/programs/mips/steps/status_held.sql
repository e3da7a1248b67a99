-- step:      mips.status_held
-- makes:     one row per performance year, practice and clinician (npi '' is the practice): each special status over
--            the segments that decide (null: open in one and in none held)
-- key:       performance_year, tin, npi
-- reads:     mips.special_status
-- rules:     mips.special_status_segment
-- cites:     42 CFR 414.1305 (MIPS determination period); docs/mips-eligibility.md
-- evidence:  mips.special_status(performance_year, tin, npi)
-- owner:     tin, npi
with deciding as (
  select status.*
  from mips.special_status as status
  cross join rules.mips_special_status_segment as which
  where status.is_latest or which.value = 'either'
)
select
  performance_year, tin, npi, count(*) as segments,
  max(small) as small, max(case when is_latest then small_count end) as small_count,
  case when max(rural) then true when count(rural) = count(*) then false end as rural,
  case when max(hpsa) then true when count(hpsa) = count(*) then false end as hpsa,
  case when max(non_patient_facing) then true when count(non_patient_facing) = count(*) then false end as non_patient_facing,
  case when max(hospital_based) then true when count(hospital_based) = count(*) then false end as hospital_based,
  case when max(asc_based) then true when count(asc_based) = count(*) then false end as asc_based,
  case when max(facility_based) then true when count(facility_based) = count(*) then false end as facility_based
from deciding
group by performance_year, tin, npi
