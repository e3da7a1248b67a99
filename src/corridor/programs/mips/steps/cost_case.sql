-- step:      mips.cost_case
-- makes:     one row per cost measure, case, practice and clinician it is attributed to: weight, observed cost, the
--            person's relative risk, the stratum whose mean is expected, or the expected cost where a model gave it
-- key:       performance_year, measure_id, case_id, tin, npi
-- reads:     mips.per_capita_case, mips.hospital_case, mips.installed_trigger, mips.installed_episode,
--            measures.asm_attributed, population.risk, run.setting
-- rules:     asm.cost_measure
-- cites:     MIPS cost measures TPCC_1, MSPB_1, COST_HF_1, COST_LBP_1, installed ones; docs/mips-eligibility.md
-- evidence:  claims.service_line(person_id)
-- owner:     tin, npi
with risk as (
  select risk.person_id, risk.enrollment_type, risk.relative_risk
  from population.risk as risk
  join run.setting as setting on risk.payment_year = setting.data_year + 1
)
select
  setting.data_year as performance_year, 'TPCC_1' as measure_id, 'per_capita' as kind,
  concat(cast(person.person_id as varchar), '/', person.tin) as case_id, person.tin, person.npi, person.person_id,
  cast(person.months as double) as weight, person.monthly_cost as observed, risk.relative_risk,
  coalesce(risk.enrollment_type, 'unknown') as stratum, cast(null as double) as given_expected,
  cast(null as double) as given_ratio
from mips.per_capita_case as person
cross join run.setting as setting
left join risk on risk.person_id = person.person_id
union all
select
  setting.data_year, 'MSPB_1', 'hospital', stay.admission_id, stay.tin, stay.npi, stay.person_id,
  cast(1 as double), cast(stay.standardized_cost as double), cast(null as double),
  concat('DRG ', coalesce(stay.drg_code, 'unknown')), cast(null as double), cast(null as double)
from mips.hospital_case as stay
cross join run.setting as setting
union all
select
  episode.performance_year, measure.measure_id, 'chronic', episode.episode_id, episode.tin, episode.npi,
  episode.person_id, cast(episode.weight as double), episode.observed_cost, cast(null as double), episode.cohort,
  episode.expected_cost, episode.ratio
from measures.asm_attributed as episode
join rules.asm_cost_measure as measure on measure.cohort = episode.cohort
union all
-- the two chronic measures have their own machinery: an installed list for them is episode_service_code
select
  setting.data_year, episode.measure_id, episode.kind, episode.episode_id, pair.tin, pair.npi, episode.person_id,
  cast(1 as double), cast(episode.standardized_cost as double), risk.relative_risk, 'episode',
  cast(null as double), cast(null as double)
from mips.installed_episode as episode
join mips.installed_trigger as pair
  on pair.measure_id = episode.measure_id and pair.episode_id = episode.episode_id
cross join run.setting as setting
left join risk on risk.person_id = episode.person_id
left join rules.asm_cost_measure as chronic on chronic.measure_id = episode.measure_id
where episode.exclusion_reason is null and chronic.measure_id is null
