-- step:      billing.apcm_element
-- makes:     one row per practice and service element of APCM: what the practice must hold, whether claims can show it, and
--            the share of its people (or of their transitions) for whom they do
-- key:       tin, element
-- reads:     billing.apcm_patient_month, billing.apcm_transition, measures.virtual_visit, population.need_tier,
--            attribution.participant
-- rules:     primary_care.service_element
-- cites:     primary-care code notes D.3 (wording and numbering from memory); docs/apcm.md
-- evidence:  billing.apcm_patient_month(tin)
-- owner:     tin
with person as (
  select
    tin, person_id, min(month) as first_month,
    min(case when initiating_visit in ('not_needed', 'satisfied') then 1 when initiating_visit = 'missing' then 0 end)
      as initiated,
    max(case when confidence in ('high', 'medium') then 1 else 0 end) as continuous
  from billing.apcm_patient_month
  where tin is not null and eligible and (missed or switchable or billed_tin = tin)
  group by tin, person_id
),
visited as (
  select
    person_id, tin, max(case when service_line = 'wellness_visit' then 1 else 0 end) as preventive,
    max(case when is_virtual or service_line = 'home_visit' then 1 else 0 end) as alternative
  from measures.virtual_visit
  group by person_id, tin
),
counted as (
  select
    person.tin, count(*) as people, sum(coalesce(person.initiated, 0)) as initiated, count(person.initiated) as judged,
    sum(person.continuous) as continuous, sum(coalesce(visited.preventive, 0)) as preventive,
    sum(coalesce(visited.alternative, 0)) as alternative, count(tier.person_id) as stratified
  from person
  left join visited on visited.person_id = person.person_id and visited.tin = person.tin
  left join population.need_tier as tier on tier.person_id = person.person_id
  group by person.tin
),
followed as (
  select tin, count(*) as events, sum(case when followed then 1 else 0 end) as followed
  from billing.apcm_transition
  group by tin
),
measured as (
  select tin, 'initiating_visit' as measure, initiated as shown, judged as counted from counted
  union all
  select tin, 'continuity' as measure, continuous as shown, people as counted from counted
  union all
  select tin, 'alternative_delivery' as measure, alternative as shown, people as counted from counted
  union all
  select tin, 'preventive_visit' as measure, preventive as shown, people as counted from counted
  union all
  select tin, 'stratified' as measure, stratified as shown, people as counted from counted
  union all
  select tin, 'transition_followup' as measure, followed as shown, events as counted from followed
  union all
  select
    counted.tin, 'performance_measurement' as measure,
    case when member.tin is not null then counted.people else 0 end as shown, counted.people as counted
  from counted
  left join attribution.participant as member on member.tin = counted.tin
)
select
  counted.tin, cast(listed.element as bigint) as element, listed.about, listed.claims_show, listed.measure, listed.ask,
  cast(measured.shown as bigint) as shown, cast(measured.counted as bigint) as counted,
  cx_divide(measured.shown, measured.counted) as share
from counted
cross join rules.primary_care_service_element as listed
left join measured on measured.tin = counted.tin and measured.measure = listed.measure
where listed.valid_to is null
