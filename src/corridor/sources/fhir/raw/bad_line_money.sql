-- an amount of a line that is no number keeps its whole claim out
update head
set reject_code = 'bad-money', bad_money = wrong.bad_money
from (
  select place, min(bad_money) as bad_money from line_fact where bad_money is not null group by place
) as wrong
where wrong.place = head.place and head.reject_code is null
