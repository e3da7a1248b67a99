-- step:      claims.eligibility
-- makes:     one row per enrolment span of a person in a source
-- key:       source_id, person_id, enrollment_start_date
-- reads:     cclf.eligibility, fhir.eligibility, rif.eligibility, synpuf.eligibility, tuva.eligibility, x12.eligibility
-- cites:     Corridor
-- evidence:  none
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from cclf.eligibility
union all
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from fhir.eligibility
union all
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from rif.eligibility
union all
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from synpuf.eligibility
union all
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from tuva.eligibility
union all
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code,
  death_date, enrollment_start_date, enrollment_end_date, original_reason_entitlement_code,
  medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, part_d, enrollment_basis
from x12.eligibility
