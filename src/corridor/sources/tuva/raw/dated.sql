-- rows of the claims file with the day that places them in time
select *, coalesce(claim_end_date, claim_line_end_date, claim_start_date, claim_line_start_date) as service_day
from staged
