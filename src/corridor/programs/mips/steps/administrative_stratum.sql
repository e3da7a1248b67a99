-- step:      mips.administrative_stratum
-- makes:     one row per administrative-claims measure and stratum of the loaded cases, each counted once: exposure,
--            events, and the rate expected in it; a stratum of too few people takes the rate of a wider one
-- key:       performance_year, measure_id, stratum
-- reads:     mips.administrative_case
-- rules:     performance.cell_minimum
-- cites:     indirect standardisation; docs/mips-eligibility.md
-- evidence:  mips.administrative_case(measure_id, stratum)
with each as (
  select
    performance_year, measure_id, case_id, min(stratum) as stratum, min(wide_stratum) as wide_stratum,
    min(person_id) as person_id, max(exposure) as exposure, max(observed) as observed
  from mips.administrative_case
  group by performance_year, measure_id, case_id
),
narrow as (
  select
    performance_year, measure_id, stratum, min(wide_stratum) as wide_stratum, count(distinct person_id) as people,
    cx_exact_sum(exposure) as exposure, cast(sum(observed) as bigint) as observed
  from each
  group by performance_year, measure_id, stratum
),
wide as (
  select
    performance_year, measure_id, wide_stratum, count(distinct person_id) as people,
    cx_exact_sum(exposure) as exposure, cast(sum(observed) as bigint) as observed
  from each
  group by performance_year, measure_id, wide_stratum
),
every as (
  select
    performance_year, measure_id, count(*) as cases, cx_exact_sum(exposure) as exposure,
    cast(sum(observed) as bigint) as observed
  from each
  group by performance_year, measure_id
),
chosen as (
  select
    narrow.performance_year, narrow.measure_id, narrow.stratum, narrow.wide_stratum, narrow.people, narrow.exposure,
    narrow.observed, every.cases as all_cases, every.observed as all_observed, every.exposure as all_exposure,
    case
      when narrow.people >= fewest.value then 'stratum'
      when wide.people >= fewest.value then 'wide_stratum'
      else 'everyone'
    end as rate_of,
    case
      when narrow.people >= fewest.value then cx_divide(narrow.observed, narrow.exposure)
      when wide.people >= fewest.value then cx_divide(wide.observed, wide.exposure)
      else cx_divide(every.observed, every.exposure)
    end as own_rate
  from narrow
  join wide
    on wide.performance_year = narrow.performance_year and wide.measure_id = narrow.measure_id
    and wide.wide_stratum = narrow.wide_stratum
  join every on every.performance_year = narrow.performance_year and every.measure_id = narrow.measure_id
  cross join rules.performance_cell_minimum as fewest
),
-- rates of wider strata beside those of narrow ones: scaled so that all expected events are all observed ones
total as (
  select performance_year, measure_id, cx_exact_sum(exposure * own_rate) as expected
  from chosen
  group by performance_year, measure_id
)
select
  chosen.performance_year, chosen.measure_id, chosen.stratum, chosen.wide_stratum, chosen.people, chosen.exposure,
  chosen.observed, chosen.rate_of,
  coalesce(chosen.own_rate * cx_divide(chosen.all_observed, total.expected), chosen.own_rate) as rate,
  chosen.all_cases, cx_divide(chosen.all_observed, chosen.all_exposure) as mean_rate
from chosen
join total on total.performance_year = chosen.performance_year and total.measure_id = chosen.measure_id
