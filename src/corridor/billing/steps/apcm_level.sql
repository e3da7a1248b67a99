-- step:      billing.apcm_level
-- makes:     one row per APCM line with the level the claims bear out: by the conditions known to the end of the month for
--            a level too low, by all conditions ever seen for one too high, since the record holds more than claims
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.care_line, billing.apcm_patient_month
-- rules:     primary_care.apcm_code
-- cites:     89 FR 97871-75, as primary-care code notes D.1 cite it; docs/apcm.md
-- evidence:  billing.care_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with lines as (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date, line.month, line.npi, line.tin,
    line.hcpcs_code, line.level, line.allowed_amount, line.paid_amount, known.conditions, known.conditions_ever,
    known.serious_conditions,
    known.qmb, known.qmb_uncertain, known.level as level_by_month, known.level_code as code_by_month, known.first_day
  from billing.care_line as line
  join billing.apcm_patient_month as known on known.person_id = line.person_id and known.month = line.month
  where line.program = 'apcm'
)
select
  lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.service_date, lines.month, lines.npi,
  lines.tin, lines.hcpcs_code, lines.level, lines.conditions, lines.conditions_ever, lines.serious_conditions, lines.qmb, lines.qmb_uncertain,
  lines.allowed_amount, lines.paid_amount, lines.level_by_month, lines.code_by_month,
  most.level as level_at_most, most.hcpcs_code as code_at_most,
  case
    when lines.level > most.level then 'too_high'
    -- where conditions decide, those that place a person at risk without doubt decide alone
    when lines.level < lines.level_by_month
      and (own.conditions_at_most is null or lines.serious_conditions > own.conditions_at_most) then 'too_low'
    else 'borne_out'
  end as verdict,
  case when lines.level > most.level then most.hcpcs_code else lines.code_by_month end as right_code,
  -- the status of a month is a fact of enrolment; how many conditions place a person at risk is a judgement
  case
    when lines.qmb_uncertain then 'review'
    when lines.level > most.level and most.conditions_at_most is null then 'sure'
    when lines.level < lines.level_by_month and own.conditions_at_most is null then 'sure'
    else 'review'
  end as certainty
from lines
join rules.primary_care_apcm_code as own
  on own.hcpcs_code = lines.hcpcs_code and lines.service_date >= own.valid_from
  and (own.valid_to is null or lines.service_date < own.valid_to)
-- where the status is not known, the highest level stands
left join rules.primary_care_apcm_code as most
  on lines.first_day >= most.valid_from and (most.valid_to is null or lines.first_day < most.valid_to)
  and lines.conditions_ever >= most.conditions_at_least
  and (most.conditions_at_most is null or lines.conditions_ever <= most.conditions_at_most)
  and (most.qmb is null or most.qmb = coalesce(lines.qmb, true))
