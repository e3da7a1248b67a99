-- what the other queries of this room say often
create or replace temp macro fhir_tail(x) as parse_filename(x, false, 'forward_slash');
create or replace temp macro fhir_key(x) as lower(replace(parse_filename(x, false, 'forward_slash'), '-', '_'));
create or replace temp macro fhir_day(x) as try_cast(left(x, 10) as date);
create or replace temp macro fhir_sum(a, b, c) as case
  when coalesce(a, b, c) is not null
    then cast(coalesce(a, 0) + coalesce(b, 0) + coalesce(c, 0) as decimal(18, 2))
end;
