-- step:      quality.reported
-- makes:     one row per TIN, NPI (null of a practice), measure and collection type: its rate as one figure, from loaded
--            results where there are any, else from the organization's list of rates
-- key:       performance_year, tin, npi, measure_id, collection_type
-- reads:     quality.rollup, org_raw.quality_result, reference.qpp_measure
-- rules:     claims.cell_size_minimum
-- cites:     QPP submissions API, rates of several strata; docs/quality.md
-- evidence:  quality.rollup(performance_year, tin, npi, measure_id, collection_type)
-- owner:     tin, npi
with algorithm as (
  select year, measure_id, max(overall_algorithm) as overall_algorithm
  from reference.qpp_measure
  group by year, measure_id
),
stratum as (
  select
    result.performance_year, result.tin, nullif(result.npi, '') as npi, result.measure_id, result.collection_type,
    result.stratum, result.rate, result.numerator, result.case_count, result.denominator, result.not_captured,
    result.completeness, result.period_end, algorithm.overall_algorithm,
    case
      when result.collection_type = 'ecqm' then result.numerator + result.not_met + result.not_captured
      else result.numerator + result.not_met
    end as measured,
    max(case when result.stratum = 'overall' then 1 else 0 end) over (
      partition by
        result.performance_year, result.level, result.tin, result.npi, result.measure_id, result.collection_type
    ) as has_overall
  from quality.rollup as result
  left join algorithm
    on algorithm.measure_id = result.measure_id and algorithm.year = result.performance_year
  where result.level in ('clinician', 'practice') and result.tin <> ''
),
-- several rates become one: the overall one where there is such, else by the measure's algorithm
joined as (
  select
    performance_year, tin, npi, measure_id, collection_type,
    case
      when count(*) = 1 then max(rate)
      when max(overall_algorithm) = 'simpleAverage' then avg(rate)
      when max(overall_algorithm) = 'sumNumerators' then cx_divide(100 * sum(numerator), max(measured))
      else cx_divide(100 * sum(numerator), sum(measured))
    end as rate,
    cast(
      case when max(overall_algorithm) = 'weightedAverage' then sum(case_count) else max(case_count) end as integer
    ) as eligible_cases,
    min(completeness) as data_completeness,
    max(period_end) as period_end
  from stratum
  where has_overall = 0 or stratum = 'overall'
  group by performance_year, tin, npi, measure_id, collection_type
),
listed as (
  select
    performance_year, tin, npi, measure_id, lower(collection_type) as collection_type, rate, eligible_cases,
    data_completeness, file_date, delivery_id,
    row_number() over (
      partition by performance_year, tin, npi, measure_id, lower(collection_type)
      order by file_date desc nulls last, delivery_id desc, rate, eligible_cases, data_completeness
    ) as place
  from org_raw.quality_result
  where collection_type is not null
)
select
  performance_year, tin, npi, measure_id, collection_type, rate, eligible_cases, data_completeness, period_end,
  'results' as basis, eligible_cases > 0 and eligible_cases < least.value as small_cell
from joined
cross join rules.claims_cell_size_minimum as least
union all
select
  listed.performance_year, listed.tin, listed.npi, listed.measure_id, listed.collection_type, listed.rate,
  listed.eligible_cases, listed.data_completeness, cast(null as date) as period_end, 'list' as basis,
  listed.eligible_cases > 0 and listed.eligible_cases < least.value as small_cell
from listed
cross join rules.claims_cell_size_minimum as least
left join joined
  on joined.performance_year = listed.performance_year and joined.tin = listed.tin
  and coalesce(joined.npi, '') = coalesce(listed.npi, '') and joined.measure_id = listed.measure_id
  and joined.collection_type = listed.collection_type
where listed.place = 1 and joined.tin is null
