-- the rows of a claim file, with the version of the claim they belong to; place 1 is the row that gives the claim
with dated as (
  select
    staged.* exclude (dml_ind),
    coalesce(dml_ind, 'INSERT') as dml_ind,
    coalesce(nch_wkly_proc_dt, clm_thru_dt) as version_date,
    $load_sequence as load_sequence,
    $file_number as file_number,
    cx_month_of(clm_thru_dt) as service_month,
    $bene as person_key,
    state.fips as provider_state_fips
  from staged
  left join (select code, max(fips) as fips from state_map where kind in ('ssa', 'postal') group by code) as state
    on state.code = lower(prvdr_state_cd)
)
select *, row_number() over (partition by clm_id, dml_ind, version_date order by line_number) as place
from dated
