-- makes: one row per claim line of each attributed episode that has a cost, by episode, so that the page of one reads its own lines
--        and not every claim; ``tin`` and ``npi`` are who billed the line
-- reads: episodes.chronic_attribution, episodes.chronic_cost, episodes.chronic_service, claims.service_line
select
  service.episode_id, service.service_category, line.source_id, line.claim_id, line.claim_line_number, line.part,
  line.service_date, line.claim_type_code, line.hcpcs_code, line.revenue_center_code, line.drg_code, line.ndc_code, line.tin,
  line.npi, line.paid_amount, line.allowed_amount, line.standardized_amount, line.standardized_method, line.imputed
from episodes.chronic_service as service
join claims.service_line as line
  on
    line.source_id = service.source_id
    and line.claim_id = service.claim_id
    and line.claim_line_number = service.claim_line_number
    and line.part = service.part
where
  service.episode_id in (select cost.episode_id from episodes.chronic_cost as cost)
  and service.episode_id in (
    select attribution.episode_id from episodes.chronic_attribution as attribution where attribution.attributed
  )
order by service.episode_id
