-- step:      cclf.rollup_count
-- makes:     one row per file type, claim outcome and month: how many claim versions, and their signed dollars;
--            over all outcomes the dollars are the signed sum of the packet
-- key:       source_id, file_type, outcome, service_month
-- reads:     cclf.claim_version
-- cites:     CCLF Information Packet v38, section 5.3.1 (signed sum)
-- evidence:  cclf.claim_version(source_id, file_type, outcome, service_month)
-- partition: service_month
select
  source_id, file_type, outcome, count(*) as claim_versions,
  cast(sum(case when is_cancellation then -paid_amount else paid_amount end) as decimal(18, 2)) as signed_amount,
  cast(sum(net_amount) as decimal(18, 2)) as net_amount,
  cast(sum(denied_line_amount) as decimal(18, 2)) as denied_line_amount, service_month
from cclf.claim_version
group by source_id, file_type, outcome, service_month
