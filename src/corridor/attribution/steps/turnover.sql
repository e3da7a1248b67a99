-- step:      attribution.turnover
-- makes:     one row per source, year and person whom a report names as assigned no longer: the newest reason
-- key:       source_id, performance_year, person_id
-- reads:     org_raw.assignment_turnover, identity.person_alias
-- rules:     attribution.turnover_reason
-- cites:     CMS assignment list report, table 1-5; CCLF layout notes, section 7
-- evidence:  none
with flagged as (
  select
    listed.source_id, listed.performance_year, coalesce(alias.kept_person_id, listed.person_id) as person_id,
    listed.report_period, meaning.reason,
    row_number() over (
      partition by listed.source_id, listed.performance_year, coalesce(alias.kept_person_id, listed.person_id)
      order by listed.report_period desc nulls last, listed.file_date desc nulls last, listed.delivery_id desc,
        meaning.place, listed.person_id
    ) as place
  from org_raw.assignment_turnover as listed
  left join identity.person_alias as alias on alias.person_id = listed.person_id
  join rules.attribution_turnover_reason as meaning
    on coalesce(case meaning.flag
      when 'plur_r05' then listed.plur_r05 when 'ab_r01' then listed.ab_r01 when 'hmo_r03' then listed.hmo_r03
      when 'no_us_r02' then listed.no_us_r02 when 'mdm_r04' then listed.mdm_r04 when 'nofnd_r06' then listed.nofnd_r06
    end, '0') not in ('0', 'N', '')
  where listed.performance_year is not null
)
select source_id, performance_year, person_id, report_period, reason from flagged where place = 1
