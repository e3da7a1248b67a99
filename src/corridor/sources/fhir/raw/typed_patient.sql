-- patient: the Patient resources of the piece
select
  piece.place, piece.file_line, from_json(piece.text, $structure) as r, '$prefix' || parsed.r.id as person_key,
  case when parsed.r.id is null then 'no-id' end as reject_code
from piece
join parsed on parsed.place = piece.place
where parsed.r.resourceType = 'Patient'
