-- reference.specialty: a code that was used before for something else counts as it is used now
select specialty_code, specialty_name
from (
  select *, row_number() over (
    partition by specialty_code
    order by case when specialty_name like '%discontinued%' then 1 else 0 end, specialty_name) as place
  from staged
) as ranked
where place = 1
