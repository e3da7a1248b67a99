-- held: the providers that a resource holds within itself (contained), by their reference
select
  place, '#' || entry.id as reference,
  list_filter(
    entry.identifier, lambda i: i.system like '%us-npi' or i.type.coding[-1].code in ('npi', 'NPI')
  )[1].value as npi,
  list_filter(entry.identifier, lambda i: i.system like '%/CCN' or i.type.coding[-1].code = 'PRN')[1].value as ccn,
  list_filter(entry.identifier, lambda i: i.type.coding[-1].code = 'TAX')[1].value as tin
from (
  select place, unnest(r.contained) as entry from eob
) as contained
where entry.identifier is not null
