-- step:      quality.care_gap
-- makes:     one row per level of reporting, measure, collection type and patient (or event of one) that is in the
--            denominator and does not yet count: what kind of gap it is and what closes it
-- key:       performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, person_id, event_key
-- reads:     quality.patient, quality.rollup
-- rules:     mips.gap_kind, mips.gap_action, mips.measure_patients
-- cites:     docs/quality.md, care gaps
-- evidence:  claims.measure_patient(performance_year, tin, npi, measure_id, person_id)
-- owner:     tin, npi
with placed as (
  select
    patient.performance_year, patient.level, patient.tin, patient.npi, patient.entity_id, patient.measure_id, patient.collection_type, patient.stratum,
    patient.person_id, patient.event_key, patient.event_date, patient.status, patient.missing_element,
    patient.source_id, patient.site_id, patient.period_end, result.inverse, result.rate as rate_now,
    result.numerator, result.not_met, result.not_captured, result.completeness, result.case_count
  from quality.patient as patient
  join quality.rollup as result
    on result.performance_year = patient.performance_year and result.level = patient.level
    and result.tin = patient.tin and result.npi = patient.npi and result.entity_id = patient.entity_id
    and result.measure_id = patient.measure_id
    and result.collection_type = patient.collection_type and result.stratum = patient.stratum
),
-- where lower is better, who is in the numerator is the gap, and who is outside it is none
gap as (
  select
    performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, person_id, event_key,
    event_date, status,
    missing_element, source_id, site_id, period_end, inverse, rate_now, numerator, not_met, not_captured,
    completeness, case_count,
    case
      when status = 'not_captured' then 'not_captured'
      when inverse and status = 'met' then 'inverse_met'
      when not inverse and status = 'not_met' then 'not_met'
    end as gap
  from placed
)
select
  gap.performance_year, gap.level, gap.tin, gap.npi, gap.entity_id, gap.measure_id, gap.collection_type,
  gap.stratum, gap.person_id,
  gap.event_key, gap.event_date, gap.gap, gap.status, gap.missing_element, gap.source_id, gap.site_id, gap.period_end,
  gap.inverse, kind.place as effort,
  case when gap.gap = 'not_captured' then kind.closes else coalesce(action.closes, kind.closes) end as closes,
  case when gap.gap = 'not_captured' then true else coalesce(action.repeatable, gap.gap = 'not_met') end as closable,
  gap.rate_now,
  -- what the rate is when this patient alone moves to the better side
  cx_divide(
    100 * (
      gap.numerator
      + case when gap.gap = 'inverse_met' then -1 when gap.inverse then 0 else 1 end
    ),
    gap.numerator + gap.not_met
    + case
        when coalesce(patients.not_captured_is_not_met, false) then gap.not_captured
        when gap.gap = 'not_captured' then 1
        else 0
      end
  ) as rate_closed,
  gap.completeness, gap.case_count
from gap
join rules.mips_gap_kind as kind on kind.gap = gap.gap
left join rules.mips_gap_action as action on action.measure_id = gap.measure_id
left join rules.mips_measure_patients as patients on patients.collection_type = gap.collection_type
