-- step:      population.need_criterion
-- makes:     one row per person and criterion of high or rising need that is met, with its reason in words
-- key:       person_id, criterion
-- reads:     population.need_person, population.need_measure
-- rules:     population.need_criterion
-- cites:     ACO REACH participation agreement, appendix A IV.B; docs/conditions.md
-- evidence:  population.need_measure(person_id)
with asked as (
  select criterion, count(*) as rows_asked
  from rules.population_need_criterion
  group by criterion
),
held as (
  select
    person.person_id, rule.criterion, rule.place, rule.tier, rule.measure,
    rule.says || ': ' || case
      when measure.value = floor(measure.value) then cast(cast(measure.value as bigint) as varchar)
      else cast(cast(cast(measure.value as decimal(38, 9)) as decimal(18, 2)) as varchar)
    end as reason
  from population.need_person as person
  join population.need_measure as measure on measure.person_id = person.person_id
  join rules.population_need_criterion as rule
    on rule.measure = measure.measure and measure.value >= rule.at_least
    and (rule.below is null or measure.value < rule.below)
    and (rule.enrollment_group = 'any' or rule.enrollment_group = person.enrollment_group)
)
select
  held.person_id, held.criterion, min(held.tier) as tier, min(held.place) as place,
  string_agg(held.reason, ', ' order by held.measure) as reason
from held
join asked on asked.criterion = held.criterion
group by held.person_id, held.criterion
having count(*) = max(asked.rows_asked)
