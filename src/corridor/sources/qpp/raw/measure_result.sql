-- qpp_raw.measure_result
select
  whose.performance_year, whose.period_start, whose.period_end, whose.participation, whose.tin, whose.npi,
  whose.entity_id, whose.site_id, whose.software, whose.program_name, whose.measure_id, whose.collection_type,
  whose.stratum, whose.document, counted.initial_population, counted.denominator, counted.exclusion,
  counted.exception, counted.numerator, counted.numerator_exclusion, counted.not_met, counted.not_captured,
  counted.rate, cast($order as bigint) as load_order
from measure_whose as whose
join staged as counted on counted.line_number = whose.line_number
where whose.line_number not in (select line_number from measure_refused)
