-- reference.asm_participant_list: the list as published, with its stage and the year it was issued for
select
  $columns, '$stage' as list_stage,
  (select case
    when count(asm_cy31_participant) > 0 then 2031 when count(asm_cy30_participant) > 0 then 2030
    when count(asm_cy29_participant) > 0 then 2029 when count(asm_cy28_participant) > 0 then 2028 else 2027 end
    from staged) as performance_year
from staged
