-- step:      population.condition_definition
-- makes:     one row per chronic condition of the installed list: the algorithm read from its text, its look-back
--            up to the end of the measured year, and why it is not worked out where it is not
-- key:       condition
-- reads:     reference.chronic_condition_code, run.setting, claims.period
-- rules:     population.condition_qualification, population.condition_rule
-- cites:     CMS Chronic Conditions Warehouse; docs/conditions.md
-- evidence:  none
with newest as (
  select max(vintage) as vintage from reference.chronic_condition_code
),
listed as (
  select
    code.condition, min(code.condition_name) as condition_name, min(code.condition_type) as condition_type,
    min(code.category) as category, min(code.claims_qualification) as claims_qualification,
    count(distinct code.claims_qualification) as texts, min(code.additional_logic) as additional_logic,
    min(code.vintage) as vintage, count(*) as codes
  from reference.chronic_condition_code as code
  join newest on newest.vintage = code.vintage
  group by code.condition
),
loaded as (
  select min(first_day) as first_day from claims.period
)
select
  listed.condition, listed.condition_name, listed.condition_type, listed.category, listed.vintage, listed.codes,
  listed.claims_qualification, listed.additional_logic, qualification.algorithm, rule.lookback_years,
  make_date(setting.data_year + 1 - rule.lookback_years, 1, 1) as window_start,
  make_date(setting.data_year + 1, 1, 1) as window_end,
  loaded.first_day <= make_date(setting.data_year + 1 - rule.lookback_years, 1, 1) as window_is_loaded,
  case
    when listed.texts > 1 then 'The list gives two texts of qualification.'
    when qualification.algorithm is null then 'The text of qualification is not one of population.condition_qualification.'
    when rule.lookback_years is null then 'population.condition_rule has no look-back for it.'
  end as not_computed_because
from listed
cross join run.setting as setting
cross join loaded
left join rules.population_condition_qualification as qualification
  on qualification.claims_qualification = listed.claims_qualification and listed.texts = 1
left join rules.population_condition_rule as rule on rule.condition = listed.condition
