-- step:      quality.completeness
-- makes:     one row per clinician or practice (npi empty), site, measure, collection type and month at whose end the
--            results stood: how much of what is eligible is reported, and how far it is from counting
-- key:       performance_year, month, participation, tin, npi, entity_id, site_id, measure_id, collection_type, stratum
-- reads:     claims.measure_result
-- rules:     mips.data_completeness_minimum, mips.case_minimum, mips.measure_patients,
--            claims.cell_size_minimum
-- cites:     42 CFR 414.1340; QPP submissions API, reportingRate
-- evidence:  claims.measure_result(performance_year, tin, npi, site_id, measure_id, collection_type)
-- owner:     tin, npi
with last_state as (
  select
    result.performance_year, result.participation, result.tin, result.npi, result.entity_id, result.site_id,
    result.measure_id, result.collection_type, result.stratum, result.source_id, result.period_start,
    result.period_end, cx_month_of(result.period_end) as month, result.denominator, result.exclusion,
    result.not_captured, result.captured_known,
    row_number() over (
      partition by
        result.performance_year, result.participation, result.tin, result.npi, result.entity_id, result.site_id,
        result.measure_id, result.collection_type, result.stratum, result.source_id, result.period_start,
        cx_month_of(result.period_end)
      order by result.period_end desc
    ) as place
  from claims.measure_result as result
),
-- several records of one site in one month are added; each month shows what was loaded as of its end
added as (
  select
    performance_year, month, participation, tin, npi, entity_id, site_id, measure_id, collection_type, stratum,
    max(period_end) as period_end,
    count(distinct source_id) as sources,
    cast(sum(denominator) as bigint) as denominator,
    cast(sum(exclusion) as bigint) as exclusion,
    cast(sum(not_captured) as bigint) as not_captured,
    max(case when captured_known then 1 else 0 end) = 1 as captured_known
  from last_state
  where place = 1
  group by
    performance_year, month, participation, tin, npi, entity_id, site_id, measure_id, collection_type, stratum
),
judged as (
  select
    added.performance_year, added.month, added.participation, added.tin, added.npi, added.entity_id, added.site_id,
    added.measure_id, added.collection_type, added.stratum, added.period_end, added.sources, added.denominator,
    added.denominator - added.not_captured as captured, added.not_captured, added.captured_known,
    coalesce(patients.not_captured_is_not_met, false) as complete_by_construction,
    case
      when coalesce(patients.not_captured_is_not_met, false) then added.denominator - added.exclusion
      else added.denominator
    end as case_count,
    cx_divide(100 * (added.denominator - added.not_captured), added.denominator) as captured_share,
    minimum.value as minimum_percent, cases.value as minimum_cases
  from added
  cross join rules.mips_data_completeness_minimum as minimum
  cross join rules.mips_case_minimum as cases
  left join rules.mips_measure_patients as patients on patients.collection_type = added.collection_type
),
short as (
  select judged.*, cx_divide(judged.minimum_percent * judged.denominator, 100) - judged.captured as short_of
  from judged
)
select
  performance_year, month, participation, tin, npi, entity_id, site_id, measure_id, collection_type, stratum,
  period_end, sources, denominator, captured, not_captured, captured_known, case_count, captured_share,
  case when complete_by_construction then cast(100 as double) else captured_share end as completeness,
  minimum_percent,
  case
    when complete_by_construction or short_of <= 0 then cast(0 as bigint)
    else cast(ceil(short_of) as bigint)
  end as patients_short,
  greatest(cast(minimum_cases as bigint) - case_count, cast(0 as bigint)) as cases_short,
  case
    when denominator = 0 then 'nobody eligible'
    when not complete_by_construction and short_of > 0 then 'below the minimum'
    when case_count < minimum_cases then 'too few cases'
    when not_captured > 0 then 'counts, with data missing'
    when not captured_known then 'counts as far as told'
    else 'complete'
  end as standing,
  (denominator > 0 and denominator < least.value)
  or (captured > 0 and captured < least.value)
  or (not_captured > 0 and not_captured < least.value) as small_cell
from short
cross join rules.claims_cell_size_minimum as least
