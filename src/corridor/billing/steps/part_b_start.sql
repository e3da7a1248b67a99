-- step:      billing.part_b_start
-- makes:     one row per person whose first day of Part B is known: stated in the demographic file, or seen to begin
--            after months without it. The first month of a file is no beginning
-- key:       person_id
-- reads:     claims.eligibility
-- cites:     CMS Transmittal 2159; docs/audits.md
-- evidence:  claims.eligibility(person_id)
with first_day as (
  select
    person_id, min(case when part_b then enrollment_start_date end) as part_b_from,
    min(enrollment_start_date) as known_from, min(birth_date) as birth_date,
    max(case when enrollment_basis = 'current_status_carried_back' then 1 else 0 end) = 1 as stated
  from claims.eligibility
  group by person_id
)
select person_id, part_b_from as start_date
from first_day
where part_b_from is not null and (stated or known_from < part_b_from)
  and (birth_date is null or part_b_from > birth_date)
