-- step:      attribution.reach_claim
-- makes:     one row per person with primary care in the alignment years: the entity with the most weighted charges,
--            of primary care specialties or, where they are too small a share, of the others
-- key:       person_id
-- reads:     attribution.reach_share, attribution.alignment_year
-- rules:     reach.primary_care_share
-- cites:     REACH Financial Operating Guide, section 3
-- evidence:  attribution.reach_share(person_id)
-- owner:     entity_id
with person_total as (
  -- the rule of the smallest share: primary care specialties alone where they are enough of all charges
  select
    share.person_id,
    cx_divide(sum(share.primary_parts), sum(share.primary_parts + share.other_parts)) >= smallest.value as by_primary
  from attribution.reach_share as share
  cross join rules.reach_primary_care_share as smallest
  group by share.person_id, smallest.value
),
candidate as (
  select
    share.person_id, share.entity_kind, share.entity_id, share.is_trial, total.by_primary,
    case when total.by_primary then share.primary_parts else share.other_parts end as parts,
    case when total.by_primary then share.primary_services else share.other_services end as services, share.last_date
  from attribution.reach_share as share
  join person_total as total on total.person_id = share.person_id
),
ranked as (
  select
    person_id, entity_kind, entity_id, is_trial, by_primary, parts, services, last_date,
    row_number() over (partition by person_id order by parts desc, last_date desc, entity_kind, entity_id) as place,
    lead(entity_id) over (partition by person_id order by parts desc, last_date desc, entity_kind, entity_id)
      as runner_up_id,
    lead(parts) over (partition by person_id order by parts desc, last_date desc, entity_kind, entity_id)
      as runner_up_parts,
    sum(parts) over (partition by person_id) as all_parts
  from candidate
  where services > 0
)
select
  ranked.person_id, ranked.entity_kind, ranked.entity_id, ranked.is_trial,
  case when ranked.by_primary then 'primary_care' else 'other_specialty' end as step, ranked.services,
  ranked.last_date, ranked.runner_up_id,
  cast(cx_divide(ranked.parts, years.all_parts) as decimal(18, 2)) as charges,
  cast(cx_divide(ranked.runner_up_parts, years.all_parts) as decimal(18, 2)) as runner_up_charges,
  cast(cx_divide(ranked.parts - coalesce(ranked.runner_up_parts, 0), years.all_parts) as decimal(18, 2)) as margin,
  cx_divide(ranked.parts - coalesce(ranked.runner_up_parts, 0), ranked.all_parts) as margin_share
from ranked
cross join (select max(all_parts) as all_parts from attribution.alignment_year) as years
where ranked.place = 1
