-- step:      measures.delivery_people
-- makes:     one row per person who came or went between the two newest deliveries, with the reason; a death that only
--            the newest reports is a leaving, though the person is still listed
-- key:       source_id, person_id
-- reads:     measures.delivery, cclf_raw.cclf8, identity.person_alias, attribution.turnover, claims.opt_out
-- cites:     CCLF Information Packet v38, table 22; assignment list report, table 1-5; docs/deliveries.md
-- evidence:  none
with listed as (
  select
    raw.source_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, raw.file_date,
    max(case when not cx_is_missing_date(raw.bene_death_dt) then raw.bene_death_dt end) as death_date
  from cclf_raw.cclf8 as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
  where raw.person_id is not null
  group by raw.source_id, coalesce(alias.kept_person_id, raw.person_id), raw.file_date
),
seen as (
  select
    delivery.source_id, listed.person_id,
    max(case when listed.file_date = delivery.newest_date then 1 else 0 end) as in_newest,
    max(case when listed.file_date = delivery.previous_date then 1 else 0 end) as in_previous,
    max(case when listed.file_date < delivery.previous_date then 1 else 0 end) as in_earlier,
    max(case when listed.file_date <= delivery.previous_date then listed.death_date end) as death_before,
    max(listed.death_date) as death_date
  from measures.delivery as delivery
  join listed on listed.source_id = delivery.source_id and listed.file_date <= delivery.newest_date
  group by delivery.source_id, listed.person_id
),
-- a delivery without its demographic file says nothing of who came or went
complete as (
  select source_id
  from seen
  group by source_id
  having max(in_newest) = 1 and max(in_previous) = 1
),
named as (
  select source_id, person_id, max(reason) as reason
  from attribution.turnover
  group by source_id, person_id
),
judged as (
  select
    seen.source_id, seen.person_id, seen.death_date,
    case
      when seen.in_newest = 1 and seen.in_previous = 0 then 'in'
      when seen.in_newest = 0 and seen.in_previous = 1 then 'out'
      when seen.in_newest = 1 and seen.death_date is not null and seen.death_before is null then 'out'
    end as direction,
    case
      when seen.in_newest = 1 and seen.in_previous = 0 and seen.in_earlier = 1 then 'returned'
      when seen.in_newest = 1 and seen.in_previous = 0 then 'new in the file'
      when seen.death_date is not null then 'died'
      when opt_out.opted_out then 'declined data sharing'
      when named.reason is not null then named.reason
      else 'no longer in the file'
    end as reason
  from seen
  join complete on complete.source_id = seen.source_id
  left join claims.opt_out as opt_out on opt_out.person_id = seen.person_id and opt_out.opted_out
  left join named on named.source_id = seen.source_id and named.person_id = seen.person_id
)
select judged.source_id, judged.person_id, judged.direction, judged.reason, judged.death_date, delivery.previous_date,
  delivery.newest_date
from judged
join measures.delivery as delivery on delivery.source_id = judged.source_id
where judged.direction is not null
