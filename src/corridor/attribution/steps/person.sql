-- step:      attribution.person
-- makes:     one row per person: THE answer used by measures: the ACO, and within it (or outside any) the practice,
--            clinician, site and region that answer for the person, with the reason, whether assigned or not
-- key:       person_id
-- reads:     attribution.answer, attribution.clinician_share, attribution.participant, attribution.reach_participant,
--            attribution.voluntary_alignment, org_raw.provider_roster, run.setting
-- cites:     docs/attribution.md (the one answer)
-- evidence:  attribution.answer(person_id)
-- owner:     tin, npi
with member as (
  select tin, 'every' as npi, aco_id from attribution.participant where program = 'mssp' and aco_id is not null
  union
  select tin, npi, aco_id from attribution.reach_participant where not is_trial
),
within as (
  select
    answer.person_id, share.provider_id, share.is_facility, share.npi,
    row_number() over (
      partition by answer.person_id order by share.points desc, share.last_visit desc, share.npi, share.provider_id
    ) as place
  from attribution.answer as answer
  join attribution.clinician_share as share on share.person_id = answer.person_id
  left join (select distinct tin, npi, aco_id from member) as member
    on member.aco_id = answer.entity_id and member.tin = share.provider_id and member.npi in (share.npi, 'every')
  where (answer.entity_kind in ('aco', 'practice_of_aco') and member.aco_id is not null)
    or (answer.entity_kind in ('tin', 'ccn') and share.provider_id = answer.entity_id)
),
placed as (
  select
    answer.person_id, answer.entity_kind, answer.entity_id, answer.basis, answer.reason, answer.reason_code,
    answer.claims_agree, answer.margin, answer.loss_risk, answer.months_assigned,
    case when answer.entity_kind = 'aco' then answer.entity_id end as aco_id,
    case
      when within.person_id is not null and not within.is_facility then within.provider_id
      when answer.entity_kind = 'tin' then answer.entity_id
      when answer.entity_kind = 'aco' and voluntary.aco_id = answer.entity_id then voluntary.tin
    end as tin,
    case
      when within.is_facility then within.provider_id when answer.entity_kind = 'ccn' then answer.entity_id
    end as facility_ccn,
    case
      when within.person_id is not null then within.npi
      when answer.entity_kind = 'aco' and voluntary.aco_id = answer.entity_id then voluntary.npi
      when answer.entity_kind = 'tin' and voluntary.tin = answer.entity_id then voluntary.npi
    end as npi
  from attribution.answer as answer
  left join within on within.person_id = answer.person_id and within.place = 1
  left join attribution.voluntary_alignment as voluntary on voluntary.person_id = answer.person_id
),
roster as (
  select
    listed.tin, listed.npi, listed.site_id, listed.region,
    row_number() over (
      partition by listed.tin, listed.npi
      order by listed.file_date desc nulls last, listed.end_date desc nulls first, listed.start_date desc nulls last,
        listed.site_id nulls last, listed.region nulls last, listed.delivery_id
    ) as place
  from org_raw.provider_roster as listed
  cross join run.setting as setting
  where listed.tin is not null and listed.npi is not null
    and (listed.start_date is null or cx_year_of(listed.start_date) <= setting.data_year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= setting.data_year)
),
-- a practice with one site, or one region, needs no clinician to be placed
practice as (
  select
    tin, case when count(distinct site_id) = 1 then min(site_id) end as site_id,
    case when count(distinct region) = 1 then min(region) end as region
  from roster
  where place = 1
  group by tin
)
select
  placed.person_id, placed.aco_id, placed.tin, placed.npi, placed.facility_ccn,
  coalesce(roster.site_id, practice.site_id) as site_id, coalesce(roster.region, practice.region) as region,
  placed.entity_kind, placed.entity_id, placed.basis, placed.reason_code, placed.reason, placed.claims_agree,
  placed.margin, placed.loss_risk, placed.months_assigned
from placed
left join roster on roster.tin = placed.tin and roster.npi = placed.npi and roster.place = 1
left join practice on practice.tin = placed.tin
