-- step:      billing.skin_substitute_change
-- makes:     one row per product, clinician and practice: area and dollars before the one rate of 2026 and since, and
--            what the same area would have been allowed under it
-- key:       hcpcs_code, npi, tin
-- reads:     billing.skin_substitute
-- cites:     fee-schedule notes F.1; docs/drugs-and-skin-substitutes.md
-- evidence:  billing.skin_substitute(hcpcs_code, npi, tin)
-- owner:     tin, npi
with line as (
  select
    hcpcs_code, coalesce(npi, 'unknown') as npi, coalesce(tin, 'unknown') as tin, product_kind, person_id, month,
    units, by_area, discarded, coalesce(allowed_amount, 0) as allowed_amount,
    coalesce(paid_amount, 0) as paid_amount, flat_amount, payment = 'flat_rate' as since
  from billing.skin_substitute
)
select
  hcpcs_code, npi, tin, min(product_kind) as product_kind, count(distinct person_id) as people,
  count(distinct case when not since then month end) as months_before,
  sum(case when not since then 1 else 0 end) as lines_before,
  cast(sum(case when not since then units else 0 end) as decimal(18, 4)) as units_before,
  cast(sum(case when not since and discarded then units else 0 end) as decimal(18, 4)) as discarded_before,
  cast(sum(case when not since then allowed_amount else 0 end) as decimal(18, 2)) as allowed_before,
  cast(sum(case when not since then paid_amount else 0 end) as decimal(18, 2)) as paid_before,
  cx_divide(
    sum(case when not since then allowed_amount else 0 end), sum(case when not since then units else 0 end)
  ) as allowed_per_unit_before,
  -- null where the product has no rate by area
  cast(sum(case when not since then flat_amount end) as decimal(18, 2)) as flat_amount_before,
  cast(
    sum(case when not since and flat_amount is not null then flat_amount - allowed_amount end) as decimal(18, 2)
  ) as change_at_same_area,
  count(distinct case when since then month end) as months_since,
  sum(case when since then 1 else 0 end) as lines_since,
  cast(sum(case when since then units else 0 end) as decimal(18, 4)) as units_since,
  cast(sum(case when since then allowed_amount else 0 end) as decimal(18, 2)) as allowed_since,
  cast(sum(case when since then paid_amount else 0 end) as decimal(18, 2)) as paid_since,
  cx_divide(
    sum(case when since then allowed_amount else 0 end), sum(case when since then units else 0 end)
  ) as allowed_per_unit_since,
  cast(sum(case when since then flat_amount end) as decimal(18, 2)) as flat_amount_since
from line
group by hcpcs_code, npi, tin
