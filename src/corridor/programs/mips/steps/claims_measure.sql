-- step:      mips.claims_measure
-- makes:     one row per Part B claims measure, stratum and reporter (npi '' is the practice as a group): its counts, the
--            share of eligible cases with an answer (completeness) and the rate, percent; and on what it rests
-- key:       performance_year, measure_id, stratum, tin, npi
-- reads:     mips.claims_measure_patient, mips.claims_code
-- rules:     mips.data_completeness_minimum, mips.case_minimum
-- cites:     42 CFR 414.1340, 414.1380(b)(1)(iii); QPP submissions API, reportingRate and performanceRate; docs/claims-measures.md
-- evidence:  mips.claims_measure_patient(performance_year, measure_id, stratum, tin, npi)
-- owner:     tin, npi
with source as (
  select
    performance_year, measure_id, max(code_year) as code_year, max(case when is_inverse then 1 else 0 end) as is_inverse,
    max(case when is_described then 1 else 0 end) as is_described
  from mips.claims_code
  group by performance_year, measure_id
),
counted as (
  select
    performance_year, measure_id, stratum, tin, npi, max(counted) as counted,
    max(case when is_proxy then 1 else 0 end) as is_proxy, cast(count(*) as integer) as eligible_population,
    cast(count(distinct person_id) as integer) as patients,
    cast(sum(case when status = 'met' then 1 else 0 end) as integer) as met,
    cast(sum(case when status = 'not_met' then 1 else 0 end) as integer) as not_met,
    cast(sum(case when status = 'exclusion' then 1 else 0 end) as integer) as exclusion,
    cast(sum(case when status = 'exception' then 1 else 0 end) as integer) as exception,
    cast(sum(case when status = 'not_reported' then 1 else 0 end) as integer) as not_reported
  from mips.claims_measure_patient
  group by performance_year, measure_id, stratum, tin, npi
)
select
  counted.performance_year, counted.measure_id, counted.stratum, counted.tin, counted.npi,
  'claims' as collection_type, counted.counted, counted.eligible_population, counted.patients, counted.met,
  counted.not_met, counted.exclusion, counted.exception, counted.not_reported,
  cx_divide(counted.eligible_population - counted.not_reported, counted.eligible_population) * 100 as completeness,
  cx_divide(counted.met, counted.met + counted.not_met) * 100 as rate,
  cx_divide(counted.eligible_population - counted.not_reported, counted.eligible_population) * 100 >= enough.value
    as is_complete,
  counted.eligible_population >= fewest.value as has_cases, source.is_inverse = 1 as is_inverse,
  source.code_year, counted.is_proxy = 1 or source.code_year <> counted.performance_year or source.is_described = 0 as is_proxy,
  concat(
    case
      when source.code_year <> counted.performance_year
        then concat('proxy: codes of ', cast(source.code_year as varchar), '; ') else ''
    end,
    case
      when counted.counted = 'episode' then 'proxy: an episode of care counted as a patient once; '
      when counted.is_proxy = 1 then 'proxy: how the measure counts is not known, a patient once; ' else ''
    end,
    case
      when source.is_described = 0 then 'proxy: the measure itself is not installed, taken as one rate, higher is better; '
      else ''
    end,
    'quality codes on the loaded claim lines'
  ) as basis
from counted
join source
  on source.performance_year = counted.performance_year and source.measure_id = counted.measure_id
cross join rules.mips_data_completeness_minimum as enough
cross join rules.mips_case_minimum as fewest
