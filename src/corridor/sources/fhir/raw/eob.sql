-- eob: the claims of the piece
select place, file_line, r
from parsed
where r.resourceType = 'ExplanationOfBenefit' and not coalesce(fhir_listed(r.use, 'authorization'), false)
