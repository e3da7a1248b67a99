-- qpp_raw.measure_patient; a person is known by the Medicare identifier, else by a hash that several records share,
-- else by the number of one record
select
  whose.performance_year, whose.period_start, whose.period_end, whose.participation, whose.tin, whose.npi,
  whose.entity_id, whose.site_id, whose.software, whose.program_name, whose.measure_id, whose.collection_type,
  whose.stratum, whose.document, who.person_id, patient.event_date, patient.event_id, $status as status, patient.missing_element,
  patient.payer, cast($order as bigint) as load_order
from measure_whose as whose
join staged as patient on patient.line_number = whose.line_number
join measure_identity as known on known.line_number = whose.line_number
join person_map as who on who.identifier = known.identifier
where whose.line_number not in (select line_number from measure_refused)
  and $status is not null
