-- reference.drug_unit_price: of several prices from one day on, the one published last
select ndc_code, unit_price, valid_from
from (
  select *, row_number() over (
    partition by ndc_code, valid_from order by as_of_date desc nulls last, line_number desc) as place
  from staged
) as ranked
where place = 1
