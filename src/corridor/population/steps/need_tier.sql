-- step:      population.need_tier
-- makes:     one row per person with a month in the measured year that counts: high_need, rising or stable, and why
-- key:       person_id
-- reads:     population.need_person, population.need_criterion
-- cites:     ACO REACH participation agreement, appendix A IV.B; docs/conditions.md
-- evidence:  population.need_criterion(person_id)
with met as (
  select
    person_id, max(case when tier = 'high_need' then 1 else 0 end) as high_need, count(*) as criteria,
    string_agg(reason, '; ' order by place, criterion) as reason
  from population.need_criterion
  group by person_id
)
select
  person.person_id,
  case when met.high_need = 1 then 'high_need' when met.person_id is not null then 'rising' else 'stable' end as tier,
  coalesce(met.reason, 'no criterion of high or rising need is met')
    || case when person.year_before_known then '' else ' (the year before is not known: no change can be seen)' end
    as reason,
  coalesce(met.criteria, 0) as criteria, person.months, person.died, person.enrollment_type, person.year_before_known
from population.need_person as person
left join met on met.person_id = person.person_id
