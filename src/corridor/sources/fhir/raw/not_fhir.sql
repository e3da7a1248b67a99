-- texts of the piece that are no FHIR resource
select
  piece.file_line, case when json_valid(piece.text) then 'not-a-resource' else 'broken-json' end as code,
  '' as field, '' as raw
from piece
join parsed on parsed.place = piece.place
where parsed.r.resourceType is null
