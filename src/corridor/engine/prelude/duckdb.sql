-- The prelude on DuckDB: the functions whose bare forms differ silently between engines.
-- prelude/spark.sql defines the same names; the conformance test compares them.

-- a / b in double precision; null where b is 0 or null
create or replace macro cx_divide(a, b) as (cast(a as double) / nullif(cast(b as double), 0));
-- half away from zero at so many digits; exact for decimals, by shortest decimal for doubles
create or replace macro cx_round_half_up(x, digits) as (cast(round(cast(x as decimal(38, 12)), digits) as double));
-- days from one date to the other
create or replace macro cx_days_between(start_date, end_date) as (cast(end_date as date) - cast(start_date as date));
create or replace macro cx_add_days(d, n) as (cast(d as date) + cast(n as integer));
-- whole calendar months from one date's month to the other's
create or replace macro cx_months_between(start_date, end_date) as (
  (year(end_date) - year(start_date)) * 12 + month(end_date) - month(start_date));
-- 202701 for any day of January 2027
create or replace macro cx_month_of(d) as (cast(year(d) * 100 + month(d) as integer));
create or replace macro cx_year_of(d) as (cast(year(d) as integer));
-- whole years of age on a day
create or replace macro cx_age_on(birth, d) as (cast(
  year(d) - year(birth) - case when month(d) * 100 + day(d) < month(birth) * 100 + day(birth) then 1 else 0 end as integer));
-- a sum of doubles that does not depend on the order of the rows
create or replace macro cx_exact_sum(x) as (cast(sum(cast(x as decimal(38, 9))) as double));
-- linear interpolation between order statistics, on doubles
create or replace macro cx_quantile(x, p) as (quantile_cont(cast(x as double), p));
-- CMS writes 1000-01-01 and 9999-12-31 where a date is missing
create or replace macro cx_is_missing_date(d) as (
  d is null or cast(d as date) = date '1000-01-01' or cast(d as date) = date '9999-12-31');
