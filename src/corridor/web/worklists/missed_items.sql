-- one row per patient, clinician, practice and kind of service that was given and not billed in the last year loaded
-- reads: billing.finding
with last as (
  select max(month) // 100 as year from billing.finding where direction = 'missed' and audit <> 'apcm'
)
select
  found.person_id, found.kind || '|' || coalesce(found.npi, '') || '|' || coalesce(found.tin, '') || '|'
  || cast(last.year as varchar) as subject, found.tin, found.npi, cast(sum(found.dollars) as double) as dollars,
  count(*) as n, max(found.service_date) as day, found.kind, min(found.todo) as words
from billing.finding as found
join last on found.month // 100 = last.year
where found.direction = 'missed' and found.audit <> 'apcm'
group by found.person_id, found.kind, found.npi, found.tin, last.year
