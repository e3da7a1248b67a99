-- eob: the claims of the piece
select place, file_line, r
from parsed
where r.resourceType = 'ExplanationOfBenefit' and not coalesce(is_authorization(r.use), false)
