-- step:      billing.apcm_transition
-- makes:     one row per discharge or emergency visit of a person who has a focal clinician and could have APCM in the month:
--            whether the practice saw the person in the days after (calls and messages leave no claim)
-- key:       person_id, kind, event_date
-- reads:     billing.discharge, measures.emergency_visit, billing.apcm_patient_month, claims.service_line
-- rules:     primary_care.transition_followup_days, primary_care.seen_visit_code
-- cites:     primary-care code notes D.3 element 8
-- evidence:  claims.service_line(person_id)
-- owner:     tin, npi
with event as (
  select person_id, 'discharge' as kind, discharge_date as event_date from billing.discharge
  union
  select person_id, 'emergency_visit' as kind, visit_date as event_date
  from measures.emergency_visit
  where not admitted
),
answered as (
  select
    event.person_id, event.kind, event.event_date, known.month, known.npi, known.tin, known.billed_code,
    followup.value as days
  from event
  join billing.apcm_patient_month as known
    on known.person_id = event.person_id and known.month = cx_month_of(event.event_date)
  join rules.primary_care_transition_followup_days as followup
    on event.event_date >= followup.valid_from and (followup.valid_to is null or event.event_date < followup.valid_to)
  where known.eligible and known.tin is not null
),
visit as (
  select distinct lines.person_id, lines.tin, lines.service_date
  from claims.service_line as lines
  join rules.primary_care_seen_visit_code as code on code.hcpcs_code = lines.hcpcs_code
  where lines.part = 'B' and lines.setting = 'professional' and lines.tin is not null
)
select
  answered.person_id, answered.kind, answered.event_date, answered.month, answered.npi, answered.tin,
  answered.billed_code, min(visit.service_date) as followed_date, count(visit.service_date) > 0 as followed
from answered
left join visit
  on visit.person_id = answered.person_id and visit.tin = answered.tin
  and visit.service_date > answered.event_date
  and visit.service_date <= cx_add_days(answered.event_date, answered.days)
group by answered.person_id, answered.kind, answered.event_date, answered.month, answered.npi, answered.tin,
  answered.billed_code
