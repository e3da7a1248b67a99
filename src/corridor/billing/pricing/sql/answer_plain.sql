-- The answers of the lines of a chunk that are priced in full, from price_figure: the bulk, without exceptions.
insert into {into}
select
  figure.request_id, 'priced' as status, cast(null as varchar) as reason,
  cast(figure.amount as decimal(18, 2)) as amount,
  cast(figure.unit_amount as decimal(18, 2)) as unit_amount,
  case when figure.facility = 1 then {facility} else {non_facility} end as setting,
  {conversion_factor} as conversion_factor,
  cast(figure.work_rvu as decimal(9, 2)) as work_rvu,
  cast(figure.pe_rvu as decimal(9, 2)) as pe_rvu,
  cast(figure.mp_rvu as decimal(9, 2)) as mp_rvu,
  locality.work_gpci as work_gpci,
  locality.pe_gpci as pe_gpci,
  locality.mp_gpci as mp_gpci,
  cast(figure.work_amount as decimal(18, 2)) as work_amount,
  cast(figure.pe_amount as decimal(18, 2)) as pe_amount,
  cast(figure.mp_amount as decimal(18, 2)) as mp_amount,
  {rvu_edition} as rvu_edition, locality.label as gpci_edition,
  figure.multiple_procedure_factor as multiple_procedure_factor,
  figure.bilateral_factor as bilateral_factor,
  figure.assistant_factor as assistant_factor,
  figure.co_surgeon_factor as co_surgeon_factor,
  figure.global_split_factor as global_split_factor,
  figure.therapy_assistant_factor as therapy_assistant_factor,
  figure.technical_factor as technical_factor,
  figure.practitioner_factor as practitioner_factor,
  figure.participation_factor as participation_factor,
  figure.opps_capped as opps_capped, figure.na_fallback as na_fallback,
  figure.repeated_units as repeated_units,
  cast(null as double) as anesthesia_units,
  case when not figure.participating then cast(figure.limiting_charge as decimal(18, 2)) end
    as limiting_charge,
  cast(figure.expected_allowed as decimal(18, 2)) as expected_allowed_amount
from {figure} as figure
left join price_label as locality on locality.locality_id = figure.locality_id
