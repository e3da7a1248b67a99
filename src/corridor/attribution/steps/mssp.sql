-- step:      attribution.mssp
-- makes:     one row per person: the Shared Savings answer by the method the ACO has chosen
-- key:       person_id
-- reads:     attribution.mssp_plurality
-- rules:     mssp.assignment_method
-- cites:     42 CFR 425.400(a)(4)
-- evidence:  attribution.mssp_plurality(person_id, method)
-- owner:     entity_id
select
  answer.person_id, answer.entity_kind, answer.entity_id, answer.method, answer.step, answer.reason_code, answer.reason,
  answer.eligibility, answer.window_covered, answer.allowed_charges, answer.runner_up_id, answer.runner_up_charges,
  answer.margin, answer.margin_share, answer.services, answer.last_service_date, answer.decided_by, answer.loss_risk
from attribution.mssp_plurality as answer
join rules.mssp_assignment_method as chosen on chosen.value = answer.method
