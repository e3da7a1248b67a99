-- item: the lines of the claims, by their sequence, or by their order where a sequence comes twice; a claim without
-- lines has one empty line, so that its payment is not lost
with listed as (
  select
    place, case when len(r.item) > 0 then r.item else [null] end as items,
    len(list_distinct(list_transform(r.item, lambda i: i.sequence))) = len(r.item) as numbered
  from eob
),
entries as (
  select place, numbered, generate_subscripts(items, 1) as position, unnest(items) as entry from listed
)
select
  place, case when numbered and entry.sequence is not null then entry.sequence else position end as item_number,
  entry
from entries
