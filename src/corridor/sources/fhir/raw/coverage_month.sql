-- fhir_raw.coverage_month: the months of the reference year of a Coverage or Patient, one row a part and month
with entries as (
  select
    place, person_key, file_line, r, unnest(r.extension) as entry,
    try_cast(left(list_filter(r.extension, lambda e: fhir_key(e.url) = 'rfrnc_yr')[1].valueDate, 4) as integer) as year
  from $holder
),
coded as (
  select
    place, person_key, file_line, r, year,
    coalesce(entry.valueCoding.code, entry.valueIdentifier.value, entry.valueString) as code,
    regexp_extract(fhir_key(entry.url), '^(buyin|hmo_ind|ptdcntrct|dual)_?[0-9]{2}', 1) as kind,
    try_cast(right(entry.url, 2) as integer) as month
  from entries
  where year is not null
),
parts as (
  select coded.*, part.part
  from coded
  join (
    values ('buyin', 'a'), ('buyin', 'b'), ('hmo_ind', 'c'), ('ptdcntrct', 'd'), ('dual', 'dual')
  ) as part (kind, part)
    on part.kind = coded.kind
  where coded.month between 1 and 12 and coded.code is not null
)
select
  who.person_id, try_cast(r.meta.lastUpdated as timestamptz)::timestamp as last_updated,
  $load_sequence as load_sequence, $file_number as file_number, parts.place as resource_number, parts.file_line,
  parts.part, make_date(year, month, 1) as month_start, last_day(make_date(year, month, 1)) as month_end,
  case parts.part
    when 'a' then is_part_a(code)
    when 'b' then is_part_b(code)
    when 'c' then not is_not_medicare_advantage(code)
    when 'd' then not is_no_part_d(left(code, 1))
    else not is_no_dual(code)
  end as covered,
  case when parts.part = 'dual' and not is_no_dual(code) then code end
    as dual_status_code
from parts
join person_map as who on who.identifier = parts.person_key
