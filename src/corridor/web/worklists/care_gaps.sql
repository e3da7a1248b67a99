-- one row per patient alive and visit that is due: a wellness visit, or any primary care visit
-- reads: billing.focal_year, attribution.primary_care_service, claims.person
with latest as (
  select max(year) as year from billing.focal_year
),
held as (
  select
    service.person_id, max(case when service.service_group = 'wellness_visit' then 1 else 0 end) as wellness,
    max(service.service_date) as last_visit
  from attribution.primary_care_service as service
  join latest on service.service_month // 100 = latest.year
  group by service.person_id
),
before as (
  select person_id, max(service_date) as last_visit
  from attribution.primary_care_service
  group by person_id
),
price as (
  select service.service_group, avg(service.allowed_amount) as amount
  from attribution.primary_care_service as service
  join latest on service.service_month // 100 = latest.year
  where service.service_group in ('wellness_visit', 'office_visit')
  group by service.service_group
),
due as (
  select
    focal.person_id, focal.tin, focal.npi, latest.year,
    case when held.person_id is null then 'primary_care_visit' else 'wellness_visit' end as kind
  from billing.focal_year as focal
  join latest on latest.year = focal.year
  left join held on held.person_id = focal.person_id
  where coalesce(held.wellness, 0) = 0
)
select
  due.person_id, due.kind || '|' || cast(due.year as varchar) as subject, due.tin, due.npi,
  cast(price.amount as double) as dollars, null::bigint as n, before.last_visit as day, due.kind,
  case
    when due.kind = 'wellness_visit' then 'No wellness visit in ' || cast(due.year as varchar)
    else 'No primary care visit at all in ' || cast(due.year as varchar)
  end as words
from due
join claims.person as person on person.person_id = due.person_id and person.death_date is null
left join before on before.person_id = due.person_id
left join price
  on price.service_group = case when due.kind = 'wellness_visit' then 'wellness_visit' else 'office_visit' end
