-- step:      measures.performance_roster
-- makes:     one row per level, entity and person it is answerable for: the way from a measure to its people
-- key:       level, entity_id, person_id
-- reads:     measures.performance_member
-- cites:     docs/performance.md
-- evidence:  measures.utilization_event(person_id)
select 'npi' as level, npi as entity_id, person_id from measures.performance_member where npi is not null
union all
select 'tin' as level, tin as entity_id, person_id from measures.performance_member where tin is not null
union all
select 'site' as level, site_id as entity_id, person_id from measures.performance_member where site_id is not null
union all
select 'aco' as level, aco_id as entity_id, person_id from measures.performance_member where aco_id is not null
union all
select 'region' as level, region as entity_id, person_id from measures.performance_member where region is not null
