-- The place of each line among those of its session, from price_session_fee: the lines in company, with their fees.
-- All are ranked by the fee of the line: all its units, both sides of a bilateral one. The base code of a family of
-- endoscopies beside a member is included in it, broken off (53) or not; a further member is paid its difference to the base. Ties go by
-- request_id: the position of a line in its chunk depends on how the engine joined.
with surgical as (
  select
    fee.*,
    case
      when fee.is_endoscopy and fee.base_service >= 0 then fee.base_service
      when member.base_service is not null then fee.service
      else -1 - fee.position
    end as family,
    not fee.is_endoscopy and member.base_service is not null as is_base
  from price_session_fee as fee
  left join (
    select distinct session_number, base_service from price_session_fee where is_endoscopy and base_service >= 0
  ) as member on member.session_number = fee.session_number and member.base_service = fee.service
  where fee.is_surgical
),
placed as (
  select
    *,
    row_number() over (
      partition by session_number, family
      order by case when is_base then 1 else 0 end, unit_fee * units * bilateral desc, request_id
    ) as member_place
  from surgical
),
valued as (
  select
    *,
    case when is_base then unit_fee when member_place > 1 and {difference} then least(base_fee, unit_fee) else 0 end
      as deduction
  from placed
),
family as (
  select
    session_number, family, sum((unit_fee - deduction) * units * bilateral) as family_fee, min(request_id) as first_request
  from valued
  group by session_number, family
),
family_place as (
  select
    session_number, family,
    row_number() over (partition by session_number order by family_fee desc, first_request) as procedure_rank
  from family
),
component as (
  select
    *,
    row_number() over (
      partition by session_number, kind_id order by technical_fee * units desc, request_id
    ) as technical_place,
    row_number() over (
      partition by session_number, kind_id order by professional_fee * units desc, request_id
    ) as professional_place
  from price_session_fee
  where not is_surgical and not is_therapy
),
therapy as (
  select
    position, units, row_number() over (partition by session_number order by expense desc, request_id) as expense_place
  from price_session_fee
  where is_therapy
)
select
  valued.position, cast(coalesce(share.share, -1) as double) as procedure_share,
  valued.deduction as endoscopy_base_amount, valued.is_base,
  false as technical_repeated, false as professional_repeated, cast(0 as double) as repeated_units
from valued
join family_place as place on place.session_number = valued.session_number and place.family = valued.family
left join price_share as share on share.procedure_rank = place.procedure_rank
union all
select
  position, cast(1 as double) as procedure_share, cast(0 as double) as endoscopy_base_amount, false as is_base,
  technical_fee > 0 and technical_place > 1 as technical_repeated,
  is_imaging and professional_fee > 0 and professional_place > 1 as professional_repeated,
  cast(0 as double) as repeated_units
from component
union all
select
  position, cast(1 as double) as procedure_share, cast(0 as double) as endoscopy_base_amount, false as is_base,
  false as technical_repeated, false as professional_repeated,
  case when expense_place > 1 then units else greatest(units - 1, 0) end as repeated_units
from therapy
