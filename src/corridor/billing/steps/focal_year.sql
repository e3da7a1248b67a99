-- step:      billing.focal_year
-- makes:     one row per person and calendar year of APCM with primary care in the two years to its end: the clinician the
--            evidence points to as focal point of all care; attribution.focal_clinician for every year, by its rules, but a
--            specialist only where nobody of primary care was seen: APCM is meant for primary care first
-- key:       person_id, year
-- reads:     billing.focal_share
-- rules:     attribution.focal_confidence
-- cites:     89 FR 97866 (APCM billing practitioner); docs/apcm.md, docs/attribution.md (Corridor's own method)
-- evidence:  billing.focal_share(person_id, year, npi)
-- owner:     tin, npi
with clinician as (
  select
    person_id, year, npi, sum(visits) as visits, max(last_visit) as last_visit, cx_exact_sum(points) as points,
    sum(wellness_visits) as wellness_visits, sum(transitional_care_services) as transitional_care_services,
    sum(chronic_care_services) as chronic_care_services,
    sum(advanced_primary_care_services) as advanced_primary_care_services,
    max(case when is_primary_specialty then 1 else 0 end) = 1 as is_primary_specialty
  from billing.focal_share
  group by person_id, year, npi
),
ranked as (
  select
    clinician.*, cx_divide(points, sum(cast(points as decimal(38, 9))) over (partition by person_id, year)) as points_share,
    row_number() over (
      partition by person_id, year
      order by case when is_primary_specialty then 0 else 1 end, points desc, visits desc, last_visit desc, npi
    ) as place
  from clinician
  where points > 0
),
-- the practice is the one under which the clinician was seen last
practice as (
  select
    person_id, year, npi, provider_id, is_facility,
    row_number() over (partition by person_id, year, npi order by last_visit desc, points desc, provider_id) as place
  from billing.focal_share
),
held as (
  select
    ranked.*, practice.provider_id, practice.is_facility, confidence.confidence,
    row_number() over (
      partition by ranked.person_id, ranked.year
      order by confidence.share_at_least desc, confidence.visits_at_least desc, confidence.confidence
    ) as confidence_place
  from ranked
  join practice
    on practice.person_id = ranked.person_id and practice.year = ranked.year and practice.npi = ranked.npi
    and practice.place = 1
  join rules.attribution_focal_confidence as confidence
    on ranked.points_share >= confidence.share_at_least and ranked.visits >= confidence.visits_at_least
  where ranked.place = 1
)
select
  person_id, year, npi, case when not is_facility then provider_id end as tin,
  case when is_facility then provider_id end as facility_ccn,
  concat_ws(
    '; ', concat('visit days: ', cast(visits as varchar), ', the last on ', cast(last_visit as varchar)),
    case when advanced_primary_care_services > 0
      then concat('advanced primary care management: ', cast(advanced_primary_care_services as varchar)) end,
    case when chronic_care_services > 0
      then concat('chronic care management: ', cast(chronic_care_services as varchar)) end,
    case when transitional_care_services > 0
      then concat('transitional care: ', cast(transitional_care_services as varchar)) end,
    case when wellness_visits > 0 then concat('wellness visits: ', cast(wellness_visits as varchar)) end,
    case when not is_primary_specialty then 'not a primary care specialty' end
  ) as evidence,
  cast(visits as bigint) as visits, last_visit, confidence, points, points_share,
  cast(advanced_primary_care_services as bigint) as advanced_primary_care_services,
  cast(wellness_visits as bigint) as wellness_visits, is_primary_specialty
from held
where confidence_place = 1
