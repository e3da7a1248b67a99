-- claims that cannot be used, and the field that says so
select
  file_line, reject_code as code,
  case reject_code
    when 'bad-money' then coalesce(bad_money, 'payment')
    when 'bad-date' then 'billablePeriod'
    when 'no-date' then 'billablePeriod'
    when 'no-id' then 'id'
    when 'no-patient' then 'patient'
    else 'type'
  end as field,
  coalesce(claim_id, '') as raw
from head
where reject_code is not null
