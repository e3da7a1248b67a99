"""A step's SQL, written for DuckDB, as Spark SQL: every difference between the engines is mended here.

sqlglot translates the syntax, null order among it (DuckDB puts nulls last, ascending and descending). Beyond
that, and nowhere else:

    tables      schema.table is a temporary view schema__table: Spark's have one name, and need no catalogue
    prelude     the functions cx_* are written in, from prelude/spark.sql
    casts       numbers round as in DuckDB (casts.py)
    concat      skips nulls and takes anything; Spark's concat of a null is null
    avg         is a double of an exact sum; Spark's of decimals is a decimal of four more places
    hugeint     is decimal(38, 0)
    output      every column is cast to the type DuckDB gives it, so that both engines store the same

What the session sets (session.py) belongs to it: ANSI mode, so that an overflow fails as in DuckDB; decimal
products that keep their places; UTC; the proleptic calendar in Parquet.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from corridor.engine.spark.casts import mended
from corridor.engine.spark.prelude import call, macros
from corridor.engine.step import SqlStep
from corridor.errors import CorridorError

Columns = Sequence[tuple[str, str]]


def view_name(table: str) -> str:
    """The temporary view that stands for a table."""
    return table.replace(".", "__")


def translate(step: SqlStep) -> str:
    """The step as one Spark SQL select over the views of what it reads. Raises SPARK-TRANSLATE."""
    try:
        tree = sqlglot.parse_one(step.sql, read="duckdb")
        tree = _mend(_expand(_views(tree)))
        return tree.sql(dialect="spark", identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, ValueError) as error:
        raise CorridorError(
            "SPARK-TRANSLATE",
            f"Step {step.step} cannot be written for Spark: {' '.join(str(error).split())}",
            why="Its SQL uses something that Spark does not have.",
            todo='Run with engine = "duckdb"; a step of your own: use what CONTRIBUTING.md lists.',
            file=step.where,
        ) from error


def shaped(query: str, columns: Columns) -> str:
    """The rows of a Spark query with the columns, (name, Spark type), that DuckDB would give them."""
    chosen = ", ".join(f"cast(`{name}` as {kind}) as `{name}`" for name, kind in columns)
    return f"select {chosen} from (\n{query}\n)"


def _views(tree: exp.Expr) -> exp.Expr:
    for table in tree.find_all(exp.Table):
        if table.db and isinstance(table.this, exp.Identifier):
            name, schema = table.name, table.db
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
            table.set("this", exp.to_identifier(view_name(f"{schema}.{name}")))
            table.set("db", None)
    for column in tree.find_all(exp.Column):
        if column.args.get("db"):
            column.set("db", None)
    return tree


def _expand(tree: exp.Expr) -> exp.Expr:
    """Innermost calls first, so that an argument that is itself a call is written in once."""
    known = macros()
    calls = [node for node in tree.find_all(exp.Anonymous) if node.name.lower() in known]
    for node in reversed(calls):  # breadth first, so reversed is from the leaves up
        written = call(known[node.name.lower()], node.expressions)
        if node is tree:
            tree = written
        else:
            node.replace(written)
    return tree


def _mend(tree: exp.Expr) -> exp.Expr:
    nodes = list(tree.find_all(exp.Cast, exp.TryCast, exp.Concat, exp.Avg))
    for node in reversed(nodes):
        mended_node = _mended(node)
        if mended_node is not node:
            node.replace(mended_node)
    return tree


def _mended(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Cast):
        if node.to.this in (exp.DataType.Type.INT128, exp.DataType.Type.UINT128):
            node.set("to", exp.DataType.build("decimal(38, 0)", dialect="spark"))
        return mended(node)
    if isinstance(node, exp.Concat) and not isinstance(node, exp.ConcatWs):
        return exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string(""), *node.expressions])
    if isinstance(node, exp.Avg):
        return _average(node)
    return node


def _average(node: exp.Avg) -> exp.Expr:
    inside = node.parent
    if isinstance(inside, exp.Window | exp.Filter):
        raise ValueError("avg over a window or with a filter: write cx_divide(sum(x), count(x))")
    total = exp.cast(exp.Sum(this=node.this.copy()), "double")
    count = exp.func("nullif", exp.Count(this=node.this.copy()), exp.Literal.number(0))
    return exp.paren(exp.Div(this=total, expression=count, typed=False, safe=False))
