"""Conversions of numbers as DuckDB makes them: Spark rounds otherwise, or cuts, without a word.

    double -> decimal   DuckDB multiplies by the power of ten and rounds half away from zero (1.005 is 1.00);
                        Spark rounds the shortest decimal of the double (1.005 becomes 1.01)
    double -> integer   DuckDB rounds half to even; Spark cuts the fraction off
    decimal -> integer  DuckDB rounds half away from zero; Spark cuts the fraction off

What is converted is known to Spark alone, so the choice is written as `case typeof(x)`: a constant to
its optimizer, which leaves one branch.
"""

from __future__ import annotations

from sqlglot import exp

from corridor.engine.spark.prelude import spark_expression

# A signed 64-bit integer carries a scaled double exactly up to here; beyond, the shortest decimal is taken.
LARGEST_LONG = 9.2e18
INTEGERS = {
    exp.DataType.Type.TINYINT: "tinyint",
    exp.DataType.Type.SMALLINT: "smallint",
    exp.DataType.Type.INT: "int",
    exp.DataType.Type.BIGINT: "bigint",
}


def mended(cast: exp.Cast) -> exp.Expr:
    """The cast as DuckDB makes it; itself where the engines agree. What is cast is translated already."""
    inner = cast.this.unnest()
    kind = cast.to
    if cast.args.get("safe") or isinstance(inner, exp.Null | exp.Boolean | exp.Literal):
        return cast
    if kind.this in INTEGERS:
        return _to_integer(inner, INTEGERS[kind.this])
    if kind.this == exp.DataType.Type.DECIMAL and len(kind.expressions) > 1:
        width, scale = (int(parameter.name) for parameter in kind.expressions[:2])
        return _to_decimal(inner, width, scale)
    return cast


def _to_integer(value: exp.Expr, kind: str) -> exp.Expr:
    return spark_expression(
        f"""case
          when typeof(x) in ('double', 'float') then cast(rint(cast(x as double)) as {kind})
          when typeof(x) like 'decimal%' then cast(round(cast(x as decimal(38, 12)), 0) as {kind})
          else cast(x as {kind}) end""",
        x=value,
    )


def _to_decimal(value: exp.Expr, width: int, scale: int) -> exp.Expr:
    one = f"cast('{10**-scale:.{scale}f}' as decimal({scale + 1}, {scale}))"
    scaled = f"round(cast(x as double) * 1E{scale}D, 0)"
    return spark_expression(
        f"""case
          when typeof(x) in ('double', 'float') and abs(cast(x as double)) < {LARGEST_LONG / 10**scale:E}D
            then cast(cast({scaled} as bigint) * {one} as decimal({width}, {scale}))
          else cast(x as decimal({width}, {scale})) end""",
        x=value,
    )
