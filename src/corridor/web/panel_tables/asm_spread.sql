-- makes: one row per ASM cohort and performance year: how far the cost ratio of one episode scatters, over all that count
-- reads: episodes.chronic_cost
select cohort, performance_year, count(*) as episodes, stddev_samp(ratio) as spread
from episodes.chronic_cost
where not dropped and ratio is not null
group by cohort, performance_year
having count(*) >= 11
