-- rows that cannot be used, each with its first reason
select whose.line_number, reason.field, reason.reason_code, reason.reason
from measure_whose as whose
join staged as row_of on row_of.line_number = whose.line_number
cross join lateral (
  select case
    when whose.performance_year is null
      then {'field': 'performance_year', 'reason_code': 'QUALITY-NO-YEAR',
            'reason': 'neither a performance year nor the end of a period is given'}
    when whose.tin is null and whose.npi is null and whose.entity_id is null
      then {'field': 'tin', 'reason_code': 'QUALITY-NOBODY', 'reason': 'no TIN, NPI or entity is given'}
    when whose.collection_type is null
      then {'field': 'collection_type', 'reason_code': 'QUALITY-NO-COLLECTION-TYPE',
            'reason': 'the collection type is not given and does not follow from the measure'}
    when regexp_full_match(
      whose.measure_id, '[1-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]-?[A-Z][A-Z][0-9][0-9]'
    )
      then {'field': 'measure_id', 'reason_code': 'QUALITY-MEASURE',
            'reason': 'the measure has the form of a Medicare identifier: columns are swapped'}
    when cx_year_of(whose.period_end) <> whose.performance_year
      then {'field': 'period_end', 'reason_code': 'QUALITY-PERIOD',
            'reason': 'the period ends in another year than the performance year'}
    $more
  end as reason
) as found
where reason is not null
