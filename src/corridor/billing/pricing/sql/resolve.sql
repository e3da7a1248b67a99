-- One row per line of a chunk: what it asks for as numbers of the rate, locality and combination tables. {requests} is
-- the request table, {rows} the filter of the chunk, {modifiers} the join of those modifiers that any line has, {variant}
-- the choice between two variants of the file.
select
  request.request_id,
  coalesce(rate.rate_id, -1) as rate_id,
  coalesce(combination.combination_id, -1) as combination_id,
  case
    when locality.locality_id is not null then locality.locality_id
    when request.mac is null and request.locality is null then 0
    else -1
  end as locality_id,
  cast(case
    when request.setting = 'facility' then 1
    when request.setting = 'non_facility' then 0
    when request.setting is not null then -1
    else coalesce(place.facility, -1)
  end as tinyint) as facility,
  cast(coalesce(place.hospital, 0) * (1 + coalesce(practitioner.private_therapist, 0)) as tinyint) as hospital,
  coalesce(request.qp, false) as qp,
  coalesce(practitioner.share, 1) as practitioner_factor,
  coalesce(request.participating, true) as participating,
  cast(coalesce(request.units, 1) as double) as units,
  coalesce(cast(request.charge_amount as double), -1) as charge_amount,
  coalesce(cast(request.anesthesia_minutes as double), -1) as minutes,
  -- a line that names neither patient nor session stands alone
  coalesce(request.person_id, case when request.session_id is null then -1 - request.request_id else -1 end) as person_id,
  -- one number for the lines of a day in a practice, and of a clinician in it
  hash(request.service_date, request.session_id, coalesce(request.tin, request.npi)) as practice_session,
  hash(practice_session, request.npi, request.tin is null) as clinician_session
from {requests} as request
left join price_combination as combination
  on {modifiers}
left join price_rate as rate
  on rate.hcpcs_code = request.hcpcs_code and rate.modifier = combination.row_modifier {variant}
left join price_locality as locality on locality.mac = request.mac and locality.locality = request.locality
left join price_setting as place on place.place_of_service_code = request.place_of_service_code
left join price_practitioner as practitioner on practitioner.specialty_code = request.specialty_code
where {rows}
