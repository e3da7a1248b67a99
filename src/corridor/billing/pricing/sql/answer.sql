-- The answers of all other lines of a chunk: not priced, paid by report, paid nothing, anesthesia.
insert into {into}
select
  figure.request_id, reason.status, reason.reason,
  case when figure.has_amount then cast(figure.amount as decimal(18, 2)) end as amount,
  case when figure.has_unit then cast(figure.unit_amount as decimal(18, 2)) end as unit_amount,
  case figure.facility when 1 then {facility} when 0 then {non_facility} end as setting,
  case
    when not isnan(figure.anesthesia_factor) then cast(figure.anesthesia_factor as decimal(9, 4))
    when figure.has_unit then {conversion_factor}
  end as conversion_factor,
  case when figure.has_unit then cast(figure.work_rvu as decimal(9, 2)) end as work_rvu,
  case when figure.has_unit then cast(figure.pe_rvu as decimal(9, 2)) end as pe_rvu,
  case when figure.has_unit then cast(figure.mp_rvu as decimal(9, 2)) end as mp_rvu,
  case when figure.has_unit then locality.work_gpci end as work_gpci,
  case when figure.has_unit then locality.pe_gpci end as pe_gpci,
  case when figure.has_unit then locality.mp_gpci end as mp_gpci,
  case when figure.has_parts then cast(figure.work_amount as decimal(18, 2)) end as work_amount,
  case when figure.has_parts then cast(figure.pe_amount as decimal(18, 2)) end as pe_amount,
  case when figure.has_parts then cast(figure.mp_amount as decimal(18, 2)) end as mp_amount,
  {rvu_edition} as rvu_edition, locality.label as gpci_edition,
  case when figure.has_unit then figure.multiple_procedure_factor end as multiple_procedure_factor,
  case when figure.has_unit then figure.bilateral_factor end as bilateral_factor,
  case when figure.has_unit then figure.assistant_factor end as assistant_factor,
  case when figure.has_unit then figure.co_surgeon_factor end as co_surgeon_factor,
  case when figure.has_unit then figure.global_split_factor end as global_split_factor,
  case when figure.has_unit then figure.therapy_assistant_factor end as therapy_assistant_factor,
  case when figure.has_unit then figure.technical_factor end as technical_factor,
  case when figure.has_unit then figure.practitioner_factor end as practitioner_factor,
  case when figure.has_unit then figure.participation_factor end as participation_factor,
  case when figure.has_unit then figure.opps_capped end as opps_capped,
  case when figure.has_unit then figure.na_fallback end as na_fallback,
  case when figure.has_unit then figure.repeated_units end as repeated_units,
  case when not isnan(figure.anesthesia_units) then figure.anesthesia_units end as anesthesia_units,
  case when figure.has_amount and not figure.participating then cast(figure.limiting_charge as decimal(18, 2)) end
    as limiting_charge,
  case when figure.has_amount then cast(figure.expected_allowed as decimal(18, 2)) end as expected_allowed_amount
from {figure} as figure
join price_reason as reason on reason.reason_id = figure.reason_id
left join price_label as locality on locality.locality_id = figure.locality_id
