-- makes: one row per ACO, practice and clinician, basis of the run's answer, and whether claims agree with it: people,
--        and of those with a loss risk its sum
-- reads: attribution.person
select
  aco_id, tin, npi, entity_kind, basis, claims_agree, reason_code, min(reason) as reason, count(*) as people,
  sum(loss_risk) as loss_risk, count(loss_risk) as with_risk
from attribution.person
group by aco_id, tin, npi, entity_kind, basis, claims_agree, reason_code
