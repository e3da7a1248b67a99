-- makes: one row per set of definitions, hospital, category and quarter in which the anchor ended: hospital episodes that count, what
--        they cost by place of care, and how many saw a readmission or a skilled nursing facility
-- reads: team.episode_cost
select
  definition_set, facility_ccn, category,
  year(anchor_end) * 10 + quarter(anchor_end) as quarter, count(*) as episodes, count(distinct person_id) as people,
  cast(sum(spending) as double) as spending, sum(capped_spending) as capped_spending,
  cast(sum(anchor_amount) as double) as anchor, cast(sum(readmission_amount) as double) as readmission,
  cast(sum(rehabilitation_amount) as double) as rehabilitation, cast(sum(snf_amount) as double) as snf,
  cast(sum(home_health_amount) as double) as home_health, cast(sum(outpatient_amount) as double) as outpatient,
  cast(sum(professional_amount) as double) as professional, cast(sum(other_amount) as double) as other,
  cast(sum(post_episode_spending) as double) as post_episode,
  count(*) filter (where readmissions > 0) as readmitted, count(*) filter (where snf_amount > 0) as to_snf
from team.episode_cost
group by all
