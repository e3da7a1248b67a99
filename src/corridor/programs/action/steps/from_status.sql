-- step:      action.from_status
-- makes:     one row per clinician of an entity that has not made it a qualifying participant, with what the status is worth,
--            and one per clinician with services that ask for prior authorization: dollars of the high end alone
-- key:       action_id
-- reads:     qp.status, billing.prior_auth_exposure, run.setting
-- cites:     42 CFR 414.1430; 90 FR 28749; docs/qp.md; docs/next-best.md
-- evidence:  qp.status(npi, tin, performance_year)
-- owner:     tin, npi
with short as (
  select
    known.npi, known.tin, max(known.performance_year) as performance_year, max(known.worth) as worth,
    max(known.best_payment_score) as score
  from qp.status as known
  join run.setting as setting on setting.data_year = known.performance_year
  where known.worth > 0 and coalesce(known.apm_entity_id, '') <> '' and known.status not in ('qp', 'unknown')
  group by known.npi, known.tin
),
asked as (
  select
    exposed.npi, exposed.tin, cast(sum(exposed.services) as bigint) as services, cast(sum(exposed.dollars) as double) as dollars
  from billing.prior_auth_exposure as exposed
  join run.setting as setting on setting.data_year = exposed.service_year
  where exposed.result = 'PA_RECOMMENDED' and exposed.npi <> 'unknown' and exposed.tin <> 'unknown'
  group by exposed.npi, exposed.tin
),
listed as (
  select
    concat_ws(':', 'qp', 'threshold', npi, tin) as action_id, 'qp_threshold' as kind, npi, tin, cast(1 as bigint) as items,
    worth as dollars, coalesce(concat('payment score now ', cast(cx_round_half_up(score * 100, 1) as varchar), ' percent'), '') as todo,
    'qp.status' as evidence_table,
    concat_ws('&', concat('npi=', npi), concat('tin=', tin), concat('performance_year=', cast(performance_year as varchar)))
      as evidence_key
  from short
  union all
  select
    concat_ws(':', 'wiser', 'prior_auth', npi, tin), 'prior_auth', npi, tin, services, dollars,
    'dollars that would not be paid without an affirmation, where the model asks for one', 'billing.prior_auth_exposure',
    concat_ws('&', concat('npi=', npi), concat('tin=', tin))
  from asked
)
select
  listed.action_id, listed.kind, '' as measure, listed.npi, listed.tin, cast(null as varchar) as ccn,
  cast(null as varchar) as aco_id, cast(null as varchar) as detail, listed.todo, listed.items, cast(null as bigint) as people,
  listed.dollars, cast(0 as double) as dollars_low, listed.dollars as dollars_high, cast(null as double) as ceiling_dollars,
  cast(null as varchar) as family, false as alternative, cast(0 as double) as aco_share_of_dollars, listed.evidence_table,
  listed.evidence_key
from listed
