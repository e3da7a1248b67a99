-- step:      mips.place_service
-- makes:     one row per month, practice, clinician and place of service: covered professional services (those that
--            Medicare pays second too), and patient-facing encounters (a person on a day)
-- key:       month, tin, npi, place_of_service_code
-- reads:     mips.place_visit
-- cites:     42 CFR 414.1305 (hospital-based, ASC-based, non-patient facing); docs/mips-eligibility.md
-- evidence:  mips.place_visit(tin, npi, place_of_service_code)
-- owner:     tin, npi
with visits as (
  -- claims that end in two months may hold one visit
  select
    service_date, tin, npi, place_of_service_code, person_id, sum(services) as services,
    max(case when patient_facing then 1 else 0 end) as facing
  from mips.place_visit
  group by service_date, tin, npi, place_of_service_code, person_id
)
select
  cx_month_of(service_date) as month, tin, npi, place_of_service_code, cast(sum(services) as bigint) as services,
  cast(sum(facing) as bigint) as patient_facing_encounters
from visits
group by cx_month_of(service_date), tin, npi, place_of_service_code
