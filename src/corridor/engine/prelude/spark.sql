-- The prelude on Spark: the same names as prelude/duckdb.sql, each giving the same answer.
-- Bodies are Spark SQL and are written into the step where it calls them (engine/spark/prelude.py): a temporary
-- function of Spark would fix the types of its parameters, and cannot hold an aggregate.
-- A cast to a decimal or an integer below rounds as DuckDB's does, as it does in steps (engine/spark/casts.py).

-- a / b in double precision; null where b is 0 or null
create or replace macro cx_divide(a, b) as (cast(a as double) / nullif(cast(b as double), 0D));
-- half away from zero at so many digits; exact for decimals, by shortest decimal for doubles
create or replace macro cx_round_half_up(x, digits) as (cast(round(cast(x as decimal(38, 12)), digits) as double));
-- days from one date to the other
create or replace macro cx_days_between(start_date, end_date) as (
  cast(datediff(cast(end_date as date), cast(start_date as date)) as bigint));
create or replace macro cx_add_days(d, n) as (date_add(cast(d as date), cast(n as int)));
-- whole calendar months from one date's month to the other's
create or replace macro cx_months_between(start_date, end_date) as (
  (year(end_date) - year(start_date)) * 12 + month(end_date) - month(start_date));
-- 202701 for any day of January 2027
create or replace macro cx_month_of(d) as (year(d) * 100 + month(d));
create or replace macro cx_year_of(d) as (year(d));
-- whole years of age on a day
create or replace macro cx_age_on(birth, d) as (
  year(d) - year(birth) - case when month(d) * 100 + day(d) < month(birth) * 100 + day(birth) then 1 else 0 end);
-- a sum of doubles that does not depend on the order of the rows; from the decimal to the double as DuckDB
-- goes: at once while it fits a double's 53 bits, else whole part and fraction apart
create or replace macro cx_exact_sum(x) as (
  element_at(transform(array(sum(cast(x as decimal(38, 9)))), s ->
    case when abs(s) <= 9007199.254740992BD then cast(s as double)
      else cast(s - s % 1 as double) + cast(s % 1 as double) end), 1));
-- linear interpolation between order statistics, on doubles
create or replace macro cx_quantile(x, p) as (percentile(cast(x as double), p));
-- CMS writes 1000-01-01 and 9999-12-31 where a date is missing
create or replace macro cx_is_missing_date(d) as (
  d is null or cast(d as date) = date '1000-01-01' or cast(d as date) = date '9999-12-31');
