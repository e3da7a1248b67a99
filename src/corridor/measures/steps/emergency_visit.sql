-- step:      measures.emergency_visit
-- makes:     one row per person and day in an emergency room: what was paid, whether it ended in an admission, the
--            first diagnosis, how likely such a visit could have been elsewhere
-- key:       person_id, visit_date
-- reads:     population.claim_line, claims.claim_diagnosis, measures.admission, reference.emergency_classification
-- rules:     performance.emergency_admission_days, performance.avoidable_emergency_share
-- cites:     NYU emergency department algorithm as patched (Johnston 2017); Ballard 2010; docs/performance.md
-- evidence:  population.claim_line(source_id, claim_id)
with billed as (
  select
    source_id, claim_id, person_id, service_date, paid_amount, expenditure_amount, standardized_amount, npi,
    facility_ccn
  from population.claim_line
  where service_category = 'emergency' and person_id is not null and service_date is not null
),
facility_day as (
  select distinct person_id, service_date from billed where facility_ccn is not null
),
-- a physician who bills the day after the hospital did saw the same visit past midnight
line as (
  select
    billed.source_id, billed.claim_id, billed.person_id, billed.paid_amount, billed.expenditure_amount,
    billed.standardized_amount, billed.npi, billed.facility_ccn,
    case when same.person_id is null and before.person_id is not null then before.service_date
      else billed.service_date end as service_date
  from billed
  left join facility_day as same
    on same.person_id = billed.person_id and same.service_date = billed.service_date
  left join facility_day as before
    on before.person_id = billed.person_id and before.service_date = cx_add_days(billed.service_date, -1)
),
-- the facility's claim is the visit's own; a physician's serves where no facility's is loaded
claim as (
  select
    person_id, service_date as visit_date, source_id, claim_id, max(facility_ccn) as facility_ccn,
    row_number() over (
      partition by person_id, service_date
      order by case when max(facility_ccn) is null then 1 else 0 end, source_id, claim_id
    ) as place
  from line
  group by person_id, service_date, source_id, claim_id
),
visit as (
  select
    person_id, service_date as visit_date, sum(paid_amount) as paid_amount,
    sum(expenditure_amount) as expenditure_amount, sum(standardized_amount) as standardized_amount
  from line
  group by person_id, service_date
),
first_claim as (
  select visit.*, claim.source_id, claim.claim_id, claim.facility_ccn
  from visit
  join claim on claim.person_id = visit.person_id and claim.visit_date = visit.visit_date and claim.place = 1
),
admitted as (
  select distinct first_claim.person_id, first_claim.visit_date
  from first_claim
  cross join rules.performance_emergency_admission_days as apart
  join measures.admission as stay
    on stay.person_id = first_claim.person_id and stay.stay_kind in ('acute', 'psychiatric')
    and stay.admission_date >= first_claim.visit_date
    and stay.admission_date <= cx_add_days(first_claim.visit_date, apart.value)
),
principal as (
  select found.source_id, found.claim_id, min(found.diagnosis_code) as diagnosis_code
  from claims.claim_diagnosis as found
  join first_claim on first_claim.source_id = found.source_id and first_claim.claim_id = found.claim_id
  where found.diagnosis_sequence = 1
  group by found.source_id, found.claim_id
),
kind as (
  select diagnosis_code, max(non_emergent) as non_emergent, max(emergent_primary_care) as emergent_primary_care,
    max(emergent_preventable) as emergent_preventable
  from reference.emergency_classification
  where vintage is not distinct from (select max(vintage) from reference.emergency_classification)
  group by diagnosis_code
)
select
  first_claim.person_id, first_claim.visit_date, cx_month_of(first_claim.visit_date) as month,
  first_claim.source_id, first_claim.claim_id, first_claim.facility_ccn, principal.diagnosis_code,
  admitted.person_id is not null as admitted,
  first_claim.paid_amount, first_claim.expenditure_amount, first_claim.standardized_amount,
  kind.non_emergent, kind.emergent_primary_care, kind.emergent_preventable,
  kind.diagnosis_code is not null as classified,
  admitted.person_id is null and coalesce(kind.non_emergent + kind.emergent_primary_care >= enough.value, false)
    as avoidable
from first_claim
cross join rules.performance_avoidable_emergency_share as enough
left join admitted
  on admitted.person_id = first_claim.person_id and admitted.visit_date = first_claim.visit_date
left join principal
  on principal.source_id = first_claim.source_id and principal.claim_id = first_claim.claim_id
left join kind on kind.diagnosis_code = principal.diagnosis_code
