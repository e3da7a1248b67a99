-- step:      quality.rollup
-- makes:     one row per clinician (TIN and NPI), practice (TIN) or entity, measure, collection type and stratum: the
--            counts of all its records together, patients once where they are known
-- key:       performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum
-- reads:     quality.patient, quality.count, reference.qpp_measure
-- rules:     mips.measure_patients, mips.measure_number, claims.cell_size_minimum
-- cites:     QPP submissions API, reportingRate and performanceRate; docs/quality.md
-- evidence:  quality.patient(performance_year, level, tin, npi, measure_id, collection_type)
-- owner:     tin, npi
with direction as (
  select year, measure_id, max(case when is_inverse then 1 else 0 end) = 1 as inverse
  from reference.qpp_measure
  group by year, measure_id
),
part as (
  select
    performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum,
    max(period_end) as period_end,
    cast(null as bigint) as initial_population,
    count(*) as denominator,
    sum(case when status = 'exclusion' then 1 else 0 end) as exclusion,
    sum(case when status = 'exception' then 1 else 0 end) as exception,
    sum(case when status = 'met' then 1 else 0 end) as numerator,
    sum(case when status = 'not_met' then 1 else 0 end) as not_met,
    sum(case when status = 'not_captured' then 1 else 0 end) as not_captured,
    max(case when status = 'not_captured' then 1 else 0 end) = 1 as captured_known,
    cast(null as double) as stated_rate,
    sum(records) - count(*) as duplicates_removed,
    sum(case when records_disagree then 1 else 0 end) as patients_in_disagreement,
    0 as counted_results, 1 as patient_parts
  from quality.patient
  group by performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum
  union all
  select
    performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, period_end,
    initial_population, denominator, exclusion, exception, numerator, not_met, not_captured, captured_known,
    stated_rate, 0, 0, results, 0
  from quality.count
),
added as (
  select
    performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum,
    max(period_end) as period_end,
    cast(sum(initial_population) as bigint) as initial_population,
    cast(sum(denominator) as bigint) as denominator,
    cast(sum(exclusion) as bigint) as exclusion,
    cast(sum(exception) as bigint) as exception,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(not_met) as bigint) as not_met,
    cast(sum(not_captured) as bigint) as not_captured,
    max(case when captured_known then 1 else 0 end) = 1 as captured_known,
    case when count(*) = 1 then max(stated_rate) end as stated_rate,
    cast(sum(duplicates_removed) as bigint) as duplicates_removed,
    cast(sum(patients_in_disagreement) as bigint) as patients_in_disagreement,
    -- one count alone cannot hold a patient twice; two can, and nothing shows it
    sum(counted_results) + sum(patient_parts) <= 1 as deduplicated
  from part
  group by performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum
)
select
  added.performance_year, added.level, added.tin, added.npi, added.entity_id, added.measure_id,
  added.collection_type, added.stratum, added.period_end, added.initial_population, added.denominator,
  added.exclusion, added.exception, added.numerator, added.not_met, added.not_captured, added.captured_known,
  coalesce(
    added.stated_rate,
    cx_divide(
      100 * added.numerator,
      added.numerator + added.not_met
      + case when coalesce(patients.not_captured_is_not_met, false) then added.not_captured else 0 end
    )
  ) as rate,
  -- what the rate would be if data of those not captured showed them all as met
  cx_divide(
    100 * (added.numerator + added.not_captured), added.numerator + added.not_met + added.not_captured
  ) as rate_if_captured,
  case
    when coalesce(patients.not_captured_is_not_met, false) then cast(100 as double)
    else cx_divide(100 * (added.denominator - added.not_captured), added.denominator)
  end as completeness,
  cx_divide(100 * (added.denominator - added.not_captured), added.denominator) as captured_share,
  case
    when coalesce(patients.not_captured_is_not_met, false) then added.denominator - added.exclusion
    else added.denominator
  end as case_count,
  coalesce(direction.inverse, known.inverse, false) as inverse,
  added.duplicates_removed, added.patients_in_disagreement, added.deduplicated,
  (added.denominator > 0 and added.denominator < least.value)
  or (added.exclusion > 0 and added.exclusion < least.value)
  or (added.exception > 0 and added.exception < least.value)
  or (added.numerator > 0 and added.numerator < least.value)
  or (added.not_met > 0 and added.not_met < least.value)
  or (added.not_captured > 0 and added.not_captured < least.value) as small_cell
from added
cross join rules.claims_cell_size_minimum as least
left join rules.mips_measure_patients as patients on patients.collection_type = added.collection_type
left join direction
  on direction.year = added.performance_year and direction.measure_id = added.measure_id
left join rules.mips_measure_number as known on known.measure_id = added.measure_id
