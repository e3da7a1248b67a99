-- step:      mips.administrative_case
-- makes:     one row per administrative-claims measure, case, practice and clinician it is attributed to: exposure (1, or
--            years at risk), events, and the stratum whose rate is expected of it
-- key:       performance_year, measure_id, case_id, tin, npi
-- reads:     mips.readmission_case, mips.complication_case, mips.chronic_admission_case, mips.heart_failure_case,
--            run.setting
-- rules:     performance.year_months, asm.annualisation_days
-- cites:     MIPS measures 479, 480, 484 and 492 (specifications not available); docs/mips-eligibility.md
-- evidence:  measures.admission(person_id)
-- owner:     tin, npi
with every as (
  select
    '479' as measure_id, case_id, tin, npi, person_id, cast(1 as double) as exposure, observed,
    cohort as wide_stratum, risk_group
  from mips.readmission_case
  union all
  select '480', case_id, tin, npi, person_id, cast(1 as double), observed, joint, risk_group
  from mips.complication_case
  union all
  select
    '484', patient.case_id, patient.tin, patient.npi, patient.person_id, cx_divide(patient.months, year.value),
    patient.observed, concat(cast(patient.condition_groups as varchar), ' groups of conditions'), patient.risk_group
  from mips.chronic_admission_case as patient
  cross join rules.performance_year_months as year
  union all
  select
    '492', patient.case_id, patient.tin, patient.npi, patient.person_id,
    cx_divide(patient.episode_days, year.value), patient.observed, 'heart failure', patient.risk_group
  from mips.heart_failure_case as patient
  cross join rules.asm_annualisation_days as year
)
select
  setting.data_year as performance_year, every.measure_id, every.case_id, every.tin, every.npi, every.person_id,
  every.exposure, cast(every.observed as bigint) as observed, coalesce(every.wide_stratum, 'all') as wide_stratum,
  concat(
    coalesce(every.wide_stratum, 'all'), ' / ', coalesce(cast(every.risk_group as varchar), 'no risk score')
  ) as stratum,
  every.risk_group is not null as has_risk
from every
cross join run.setting as setting
