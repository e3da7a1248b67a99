-- parsed: each text of the piece once, in the shape of a claim; null where it is no JSON object
select place, file_line, try(from_json(text, $structure)) as r
from piece
