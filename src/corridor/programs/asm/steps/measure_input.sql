-- step:      asm.measure_input
-- makes:     one row per eligible TIN/NPI, measure of its cohort and collection type: what was reported, or computed
-- key:       performance_year, tin, npi, measure_id, collection_type
-- reads:     asm.eligibility, asm.year_used, quality.reported, measures.asm_admission
-- rules:     asm.quality_measure, asm.quality_measure_collection_type, asm.small_practice_maximum_clinicians
-- cites:     42 CFR 512.725; ASM specification 3.1
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with asked as (
  select
    clinician.performance_year, clinician.tin, clinician.npi, clinician.practice_size, measure.measure_id,
    measure.administrative_claims, used.measure_year
  from asm.eligibility as clinician
  join rules.asm_quality_measure as measure on measure.cohort = clinician.cohort
  join asm.year_used as used on used.cohort = clinician.cohort
  where clinician.eligible
),
-- rates of the organization's own list as they stand, results only in the ways that ASM takes
taken as (
  select
    known.performance_year, known.tin, known.npi, known.measure_id, known.collection_type, known.rate,
    known.eligible_cases, known.data_completeness
  from quality.reported as known
  left join rules.asm_quality_measure_collection_type as way
    on way.measure_id = known.measure_id and way.collection_type = known.collection_type
  where known.basis = 'list' or way.measure_id is not null
),
-- the results of the performance year; where none is loaded, those of the nearest year
year_chosen as (
  select performance_year
  from (
    select
      years.performance_year,
      row_number() over (
        order by abs(years.performance_year - setting.performance_year), years.performance_year desc
      ) as place
    from (select distinct performance_year from taken) as years
    cross join (select max(performance_year) as performance_year from asm.year_used) as setting
    where years.performance_year is not null
  )
  where place = 1
),
result as (
  select
    tin, npi, measure_id, collection_type, rate, eligible_cases, data_completeness,
    performance_year as result_year
  from taken
  where performance_year in (select performance_year from year_chosen)
),
reported as (
  select
    asked.performance_year, asked.tin, asked.npi, asked.measure_id, result.collection_type, result.rate,
    result.eligible_cases, result.data_completeness, result.result_year,
    case when result.npi is null then 'reported by the practice' else 'reported' end as origin,
    row_number() over (
      partition by asked.tin, asked.npi, asked.measure_id, result.collection_type
      order by case when result.npi is null then 1 else 0 end
    ) as place
  from asked
  join result
    on result.tin = asked.tin and result.measure_id = asked.measure_id
    and (result.npi = asked.npi or result.npi is null)
  cross join rules.asm_small_practice_maximum_clinicians as small
  -- a practice may report for its clinicians only while it is small; claims measures fall back to the practice
  where result.npi is not null or asked.administrative_claims or asked.practice_size is null
    or asked.practice_size <= small.value
),
computed as (
  select
    asked.performance_year, asked.tin, asked.npi, asked.measure_id,
    'administrative_claims' as collection_type, admission.rate, admission.eligible_cases,
    cast(100 as double) as data_completeness, admission.performance_year as result_year,
    'computed from the loaded claims, exploratory' as origin
  from asked
  join measures.asm_admission as admission
    on admission.tin = asked.tin and admission.npi = asked.npi
    and admission.performance_year = asked.measure_year
  where asked.administrative_claims and not exists (
    select 1
    from reported
    where reported.tin = asked.tin and reported.npi = asked.npi and reported.measure_id = asked.measure_id
  )
)
select
  performance_year, tin, npi, measure_id, collection_type, rate, eligible_cases, data_completeness,
  rate is not null as reported, result_year, origin
from reported
where place = 1
union all
select
  performance_year, tin, npi, measure_id, collection_type, rate, eligible_cases, data_completeness,
  rate is not null as reported, result_year, origin
from computed
