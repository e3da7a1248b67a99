-- step:      mssp.gap
-- makes:     one row per ACO, year and item: what separates expenditure from claims and CMS's own figure, in dollars
--            where the claims say it, else in words; effect says which way ours is off for it, people whom it rests on
-- key:       aco_id, year, item
-- reads:     mssp.expenditure, mssp.person_paid, mssp.benchmark, claims.person, mssp.assigned, org_raw.opt_out
-- rules:     population.sequestration_added_back
-- cites:     42 CFR 425.605(a), 425.672; CCLF layout notes, section 6; MSSP notes section 4; docs/aco.md
-- evidence:  mssp.expenditure(aco_id, year)
-- owner:     aco_id
with whole as (
  select aco_id, year, people, person_years, per_capita, amount, paid_expenditure, untruncated_amount,
    threshold_source, carried_back_share, basis, completion_method
  from mssp.expenditure
  where tin = '' and enrollment_type = 'all'
),
spent as (
  select
    paid.aco_id, paid.year, sum(paid.add_on_amount) as add_on, sum(paid.sequestration_amount) as sequestration,
    sum(paid.paid) - sum(paid.add_on_amount) - sum(paid.expenditure)
      + sum(case when added.value then paid.sequestration_amount else 0 end) as suspect
  from mssp.person_paid as paid
  cross join rules.population_sequestration_added_back as added
  group by paid.aco_id, paid.year
),
unseen as (
  select
    assigned.aco_id, assigned.year, count(*) as people,
    count(declined.person_id) as declined
  from mssp.assigned as assigned
  left join claims.person as person on person.person_id = assigned.person_id
  left join (select distinct person_id from org_raw.opt_out where upper(preference) = 'N') as declined
    on declined.person_id = assigned.person_id
  where person.person_id is null or declined.person_id is not null
  group by assigned.aco_id, assigned.year
),
item as (
  select 'claims_to_come' as item, 'either' as effect, 'completed by the ACO''s own payment pattern; CMS completes by one national factor after three months of run-out' as words
  union all select 'truncation', 'either', 'cut at the 99th percentile of the loaded people where CMS''s threshold by type is not installed'
  union all select 'add_on_payments', 'none', 'indirect medical education, disproportionate share and uncompensated care, taken out as CMS does'
  union all select 'suspect_billing', 'none', 'significant, anomalous and highly suspect codes known here, taken out; CMS may name others'
  union all select 'sequestration', 'understates', 'whether CMS adds the sequestration reduction back was not found: '
  union all select 'model_reductions', 'none', 'payments that a model withheld (population-based payment, capitation) count at what would have been paid, where the claims state it'
  union all select 'people_unseen', 'understates', 'assigned people without claims here, or who declined data sharing: their cost is estimated at the mean of the others'
  union all select 'substance_use_claims', 'understates', 'claims of substance use treatment are withheld from CCLF and count at CMS'
  union all select 'non_claims_payments', 'understates', 'beneficiary-identifiable payments outside claims stand in the NCBP report, not in CCLF'
  union all select 'assignment', 'either', 'people are assigned by CMS''s list where one is loaded, else by Corridor''s reading of the rules'
  union all select 'enrollment', 'either', 'months by CMS''s flags where listed; elsewhere today''s status is carried back'
  union all select 'risk', 'either', 'risk scores of CMS''s list where loaded; scores from claims lack what other providers coded'
  union all select 'benchmark', 'either', 'national and regional growth, the prospective trend and the adjustments are in no claims of yours'
)
select
  whole.aco_id, whole.year, item.item,
  case when item.item = 'sequestration' and added.value then 'either' else item.effect end as effect,
  case item.item
    when 'claims_to_come' then whole.untruncated_amount - cast(whole.paid_expenditure as double)
    when 'truncation' then whole.amount - whole.untruncated_amount
    when 'add_on_payments' then cast(spent.add_on as double)
    when 'suspect_billing' then cast(spent.suspect as double)
    when 'sequestration' then cast(spent.sequestration as double)
    when 'people_unseen' then coalesce(unseen.people, 0) * whole.per_capita
  end as dollars,
  cast(case when item.item = 'people_unseen' then coalesce(unseen.people, 0) end as bigint) as people_missing,
  case when item.item = 'people_unseen' then coalesce(unseen.people, 0) else whole.people end as people,
  case item.item
    when 'truncation' then concat(item.words, ' (threshold: ', whole.threshold_source, ')')
    when 'sequestration' then concat(item.words, case when added.value then 'added back by population.sequestration_added_back' else 'not added unless population.sequestration_added_back' end)
    when 'claims_to_come' then concat(item.words, ' (method: ', whole.completion_method, ')')
    when 'assignment' then concat(item.words, ' (this year: ', replace(whole.basis, '_', ' '), ')')
    when 'benchmark' then case
      when bench.updated_benchmark is null then concat(item.words, '; missing: ', bench.missing)
      else concat(item.words, ' (taken from: ', bench.source, ')')
    end
    else item.words
  end as words
from whole
cross join item
cross join rules.population_sequestration_added_back as added
left join spent on spent.aco_id = whole.aco_id and spent.year = whole.year
left join unseen on unseen.aco_id = whole.aco_id and unseen.year = whole.year
left join mssp.benchmark as bench
  on bench.aco_id = whole.aco_id and bench.year = whole.year and bench.enrollment_type = 'all'
