-- step:      claims.measure_name
-- makes:     one row per name that a loaded result gives its measure, with the quality measure it stands for
-- key:       measure_reference
-- reads:     qpp_raw.measure_name, qpp_raw.measure_result, qpp_raw.measure_patient,
--            reference.qpp_measure
-- rules:     mips.measure_number
-- cites:     docs/quality.md
-- evidence:  none
with named as (
  select measure_id as measure_reference from qpp_raw.measure_result
  union
  select measure_id as measure_reference from qpp_raw.measure_patient
),
-- CMS165v14 and CMS165 name one measure
parted as (
  select
    measure_reference,
    case when starts_with(measure_reference, 'CMS') then split_part(measure_reference, 'V', 1) end as ecqm_number
  from named
  where measure_reference is not null
),
stated as (
  select upper(measure_reference) as measure_reference, min(upper(quality_id)) as quality_id
  from qpp_raw.measure_name
  group by upper(measure_reference)
),
numbered as (
  select ecqm_number, measure_id
  from rules.mips_measure_number
  where ecqm_number is not null
  union all
  select split_part(upper(e_measure_id), 'V', 1) as ecqm_number, measure_id
  from reference.qpp_measure
  where e_measure_id is not null
),
known as (
  select ecqm_number, min(measure_id) as quality_id
  from numbered
  group by ecqm_number
),
identified as (
  select upper(e_measure_uuid) as e_measure_uuid, min(measure_id) as quality_id
  from reference.qpp_measure
  where e_measure_uuid is not null
  group by upper(e_measure_uuid)
)
select
  parted.measure_reference,
  coalesce(stated.quality_id, known.quality_id, identified.quality_id, parted.measure_reference) as quality_id,
  case
    when stated.quality_id is not null then 'named by a loaded list'
    when known.quality_id is not null then 'number of the electronic measure'
    when identified.quality_id is not null then 'identifier of the electronic measure'
    else 'as written'
  end as basis
from parted
left join stated on stated.measure_reference = parted.measure_reference
left join known on known.ecqm_number = parted.ecqm_number
left join identified on identified.e_measure_uuid = parted.measure_reference
