-- step:      claims.measure_result
-- makes:     one row per source, reporter, measure, stratum and period of a quality measure: its counts
-- key:       source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
--            measure_id, collection_type, stratum
-- reads:     qpp_raw.measure_result, claims.measure_patient, claims.measure_name,
--            reference.qpp_measure_stratum, org_raw.provider_roster
-- rules:     mips.measure_patients, claims.cell_size_minimum
-- cites:     QPP submissions API, reportingRate and performanceRate; docs/quality.md
-- evidence:  claims.measure_patient(source_id, performance_year, tin, npi, measure_id)
-- owner:     tin, npi
-- QRDA III tells the rates of a measure apart by the identifier of the numerator
with named_stratum as (
  select upper(e_measure_uuid) as e_measure_uuid, min(stratum) as stratum
  from reference.qpp_measure_stratum
  where e_measure_uuid is not null
  group by upper(e_measure_uuid)
),
-- a clinician without a practice in the file belongs to the one practice of the roster, where there is one only
sole_practice as (
  select npi, min(tin) as tin
  from org_raw.provider_roster
  where npi is not null and tin is not null
  group by npi
  having count(distinct tin) = 1
),
loaded as (
  select
    result.source_id, result.delivery_id, result.performance_year, result.period_start, result.period_end,
    result.participation, coalesce(result.tin, sole_practice.tin, '') as tin, coalesce(result.npi, '') as npi,
    coalesce(result.entity_id, '') as entity_id, coalesce(result.site_id, '') as site_id, result.software,
    known.quality_id as measure_id, result.collection_type, coalesce(named_stratum.stratum, result.stratum, '') as stratum,
    result.document as source, result.initial_population, coalesce(result.denominator, 0) as denominator,
    coalesce(result.exclusion, 0) as exclusion, coalesce(result.exception, 0) as exception,
    coalesce(result.numerator, 0) - coalesce(result.numerator_exclusion, 0) as numerator, result.not_met,
    result.not_captured, result.rate as stated_rate, result.load_order
  from qpp_raw.measure_result as result
  join claims.measure_name as known on known.measure_reference = result.measure_id
  left join sole_practice on sole_practice.npi = result.npi and result.tin is null and result.entity_id is null
  left join named_stratum on named_stratum.e_measure_uuid = upper(result.stratum)
),
newest as (
  select
    loaded.*,
    loaded.denominator - loaded.numerator - loaded.exclusion - loaded.exception as rest,
    row_number() over (
      partition by
        source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
        measure_id, collection_type, stratum
      order by load_order desc, source, denominator desc, numerator desc, delivery_id
    ) as place
  from loaded
),
-- of what is neither met nor left out, a file says what is not met, what is not captured, both or neither
counted as (
  select
    source_id, delivery_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
    software, measure_id, collection_type, stratum, source, initial_population, denominator, exclusion, exception,
    numerator, coalesce(not_met, rest - coalesce(not_captured, 0)) as not_met,
    coalesce(not_captured, rest - coalesce(not_met, rest)) as not_captured,
    not_captured is not null or rest > not_met as captured_known, stated_rate, false as has_patients
  from newest
  where place = 1
  union all
  select
    source_id, min(delivery_id), performance_year, period_start, period_end, participation, tin, npi, entity_id,
    site_id, min(software), measure_id, collection_type, stratum, min(source), null, cast(count(*) as integer),
    cast(sum(case when status = 'exclusion' then 1 else 0 end) as integer),
    cast(sum(case when status = 'exception' then 1 else 0 end) as integer),
    cast(sum(case when status = 'met' then 1 else 0 end) as integer),
    cast(sum(case when status = 'not_met' then 1 else 0 end) as integer),
    cast(sum(case when status = 'not_captured' then 1 else 0 end) as integer),
    max(case when status = 'not_captured' then 1 else 0 end) = 1, null, true
  from claims.measure_patient
  group by
    source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id, measure_id,
    collection_type, stratum
),
-- where a reporter's patients are loaded, their count is the result; counts of the same period follow from it
chosen as (
  select
    counted.*, coalesce(patients.not_captured_is_not_met, false) as complete_by_construction,
    row_number() over (
      partition by
        counted.source_id, counted.performance_year, counted.period_start, counted.period_end,
        counted.participation, counted.tin, counted.npi, counted.entity_id, counted.site_id, counted.measure_id,
        counted.collection_type, counted.stratum
      order by counted.has_patients desc, counted.source, counted.denominator desc
    ) as place
  from counted
  left join rules.mips_measure_patients as patients on patients.collection_type = counted.collection_type
)
select
  source_id, delivery_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
  software, measure_id, collection_type, stratum, source, initial_population, denominator, exclusion, exception,
  numerator, not_met, not_captured, captured_known,
  coalesce(
    stated_rate,
    cx_divide(100 * numerator, numerator + not_met + case when complete_by_construction then not_captured else 0 end)
  ) as rate,
  case
    when complete_by_construction then cast(100 as double)
    else cx_divide(100 * (denominator - not_captured), denominator)
  end as completeness,
  (denominator > 0 and denominator < least.value)
  or (exclusion > 0 and exclusion < least.value)
  or (exception > 0 and exception < least.value)
  or (numerator > 0 and numerator < least.value)
  or (not_met > 0 and not_met < least.value)
  or (not_captured > 0 and not_captured < least.value) as small_cell
from chosen
cross join rules.claims_cell_size_minimum as least
where place = 1
