-- step:      measures.delivery_panel
-- makes:     one row per source, year, side (before, now) and enrolment type: fee-for-service member months of the people
--            that delivery listed, and their mean risk
-- key:       source_id, year, side, enrollment_type
-- reads:     measures.delivery_side, population.enrollment_month, population.risk
-- cites:     Corridor; docs/deliveries.md
-- evidence:  measures.delivery_side(source_id, side)
with risk as (
  select
    person_id, relative_risk,
    row_number() over (partition by person_id order by payment_year desc) as place
  from population.risk
  where relative_risk > 0
),
member as (
  select
    side.source_id, enrolled.year, side.side, coalesce(enrolled.enrollment_type, 'unknown') as enrollment_type,
    side.person_id, count(*) as member_months, max(coalesce(risk.relative_risk, 1)) as relative_risk
  from measures.delivery_side as side
  join population.enrollment_month as enrolled
    on enrolled.person_id = side.person_id and enrolled.fee_for_service and enrolled.month <= side.last_month
  left join risk on risk.person_id = side.person_id and risk.place = 1
  group by side.source_id, enrolled.year, side.side, coalesce(enrolled.enrollment_type, 'unknown'), side.person_id
)
select
  source_id, year, side, enrollment_type, count(*) as people, cast(sum(member_months) as bigint) as member_months,
  cx_divide(cx_exact_sum(relative_risk * member_months), sum(member_months)) as mean_risk
from member
group by source_id, year, side, enrollment_type
