-- makes: one row per claim line in the window of a hospital episode or in the days after it, by episode, so that the page of one reads
--        its own lines; ``npi`` is the surgeon of the episode, ``rendered_by`` whoever rendered the line
-- reads: team.service, team.episode_cost
select
  left(md5(service.episode_id), 16) as episode_key, service.episode_id, cost.facility_ccn, cost.surgeon_npi as npi,
  service.service_date,
  service.day_after_discharge as day, service.setting, service.stage, service.hcpcs_code, service.service_ccn,
  service.tin as rendered_under, service.npi as rendered_by, service.source_id, service.claim_id, service.claim_line_number,
  service.part, cast(service.standardized_amount as double) as standardized_amount,
  cast(service.episode_amount as double) as episode_amount, cast(service.post_amount as double) as post_amount,
  service.exclusion_reason, service.proration
from team.service as service
join team.episode_cost as cost on cost.episode_id = service.episode_id
order by episode_key, service.service_date
