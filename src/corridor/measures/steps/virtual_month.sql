-- step:      measures.virtual_month
-- makes:     one row per service line and month: visits, and how many of them were virtual
-- key:       month, service_line
-- reads:     measures.virtual_visit
-- cites:     docs/virtual-care.md
-- evidence:  measures.virtual_visit(month, service_line)
-- partition: service_month
select
  service_month as month, service_line, count(*) as visits,
  sum(case when is_virtual then 1 else 0 end) as virtual_visits,
  cx_divide(sum(case when is_virtual then 1 else 0 end), count(*)) as virtual_share,
  count(distinct person_id) as people, max(flexibility) as flexibility, service_month
from measures.virtual_visit
group by service_month, service_line
