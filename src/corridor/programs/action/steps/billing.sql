-- step:      action.billing
-- makes:     one row per kind of billing finding, direction, clinician and practice: findings, people and dollars, of it what is
--            sure, what another finding of the same claim line or of the same person and month counts already, and what is of
--            people whom the practice's own ACO answers for
-- key:       kind, direction, npi, tin
-- reads:     billing.finding, attribution.person, attribution.participant, run.setting
-- rules:     action.kind, action.timely_filing_years
-- cites:     docs/next-best.md; docs/audits.md
-- evidence:  billing.finding(kind, direction, npi, tin)
-- owner:     tin, npi
with known as (
  select
    finding.finding_id, finding.kind, finding.direction, finding.certainty, finding.person_id, finding.npi, finding.tin,
    finding.source_id, finding.claim_id, finding.claim_line_number, finding.service_date, finding.month,
    finding.todo, coalesce(own.family, usual.family) as family,
    coalesce(own.obligation, usual.obligation) as obligation,
    case
      when coalesce(own.obligation, usual.obligation) then coalesce(finding.paid_dollars, finding.dollars) else finding.dollars
    end as dollars
  from billing.finding as finding
  cross join run.setting as setting
  join rules.action_kind as usual on usual.kind = finding.direction
  left join rules.action_kind as own on own.kind = finding.kind and not usual.obligation
  cross join rules.action_timely_filing_years as filing
  where finding.npi is not null and finding.tin is not null
    -- what comes again every month is counted over the measured year alone
    and (not coalesce(own.recurring, usual.recurring) or cx_year_of(finding.service_date) = setting.data_year)
    -- what can no longer be billed when the measured year ends brings nothing
    and (
      coalesce(own.deadline, usual.deadline) <> 'claim_year'
      or cx_year_of(finding.service_date) > setting.data_year - filing.value)
),
-- most lines and months have one finding; only those with more are put in order
line_twice as (
  select source_id, claim_id, claim_line_number
  from known
  where claim_id is not null
  group by source_id, claim_id, claim_line_number
  having count(*) > 1
),
month_twice as (
  select person_id, month, family
  from known
  where claim_id is null and family is not null
  group by person_id, month, family
  having count(*) > 1
),
-- a line that goes back brings nothing more: what is surest of it counts, then the dearest
repeated as (
  select finding_id, kind, 'same_claim_line' as effect
  from (
    select
      known.finding_id, known.kind,
      row_number() over (
        partition by known.source_id, known.claim_id, known.claim_line_number
        order by case when known.obligation then 0 else 1 end, case when known.certainty = 'sure' then 0 else 1 end,
          known.dollars desc nulls last, known.finding_id
      ) as place
    from known
    join line_twice
      on line_twice.source_id = known.source_id and line_twice.claim_id = known.claim_id
      and line_twice.claim_line_number = known.claim_line_number
  )
  where place > 1
  union all
  -- codes of one family exclude each other in a month of a person
  select finding_id, kind, 'same_patient_month' as effect
  from (
    select
      known.finding_id, known.kind,
      row_number() over (
        partition by known.person_id, known.month, known.family order by known.dollars desc nulls last, known.finding_id
      ) as place
    from known
    join month_twice
      on month_twice.person_id = known.person_id and month_twice.month = known.month and month_twice.family = known.family
    where known.claim_id is null
  )
  where place > 1
),
-- people are counted from rows of people: a distinct count over all findings would not spill
of_person as (
  select
    known.kind, known.direction, known.npi, known.tin, known.person_id, repeated.effect, known.certainty, count(*) as items,
    count(known.dollars) as priced,
    min(known.service_date) as first_day, max(known.service_date) as last_day, min(known.todo) as todo,
    sum(coalesce(known.dollars, 0)) as dollars
  from known
  left join repeated on repeated.finding_id = known.finding_id and repeated.kind = known.kind
  group by known.kind, known.direction, known.npi, known.tin, known.person_id, repeated.effect, known.certainty
),
partner as (
  select distinct tin, aco_id from attribution.participant where tin is not null and aco_id is not null
)
select
  of_person.kind, of_person.direction, of_person.npi, of_person.tin, cast(sum(of_person.items) as bigint) as items,
  cast(sum(of_person.priced) as bigint) as priced_items,
  count(distinct of_person.person_id) as people, min(first_day) as first_day, max(last_day) as last_day, min(todo) as todo,
  cast(sum(dollars) as decimal(18, 2)) as dollars,
  cast(sum(case when certainty = 'sure' then dollars else 0 end) as decimal(18, 2)) as sure_dollars,
  cast(sum(case when effect = 'same_claim_line' then dollars else 0 end) as decimal(18, 2)) as same_line_dollars,
  cast(sum(case when effect = 'same_patient_month' then dollars else 0 end) as decimal(18, 2)) as same_month_dollars,
  min(partner.aco_id) as aco_id,
  cast(sum(case when effect is null and partner.aco_id is not null then dollars else 0 end) as decimal(18, 2))
    as aco_dollars
from of_person
left join attribution.person as answer on answer.person_id = of_person.person_id
left join partner on partner.tin = of_person.tin and partner.aco_id = answer.aco_id
group by of_person.kind, of_person.direction, of_person.npi, of_person.tin
