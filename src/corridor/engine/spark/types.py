"""The type of a stored column, as Spark names it."""

from __future__ import annotations

import re

from corridor.errors import CorridorError

_SAME = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "BLOB": "binary",
    # Spark has no unsigned integers: the next wider signed type holds them
    "UTINYINT": "smallint",
    "USMALLINT": "int",
    "UINTEGER": "bigint",
    "UBIGINT": "decimal(20, 0)",
    # DuckDB sums integers as 128-bit ones, which Parquet does not know: it stores them as doubles
    "HUGEINT": "double",
    "UHUGEINT": "double",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")


def spark_type(duckdb_type: str, column: str, where: str = "") -> str:
    """The Spark type in which a column of this DuckDB type is stored and read. Raises SPARK-TYPE."""
    if duckdb_type in _SAME:
        return _SAME[duckdb_type]
    decimal = _DECIMAL.fullmatch(duckdb_type)
    if decimal:
        return f"decimal({decimal[1]}, {decimal[2]})"
    if duckdb_type.endswith("[]"):
        return f"array<{spark_type(duckdb_type[:-2], column, where)}>"
    raise CorridorError(
        "SPARK-TYPE",
        f"The column {column} is of type {duckdb_type}, which Spark does not store as Parquet holds it.",
        why="Both engines must leave the same column.",
        todo='Cast it in the step to a number, text or date; or run with engine = "duckdb".',
        file=where or None,
        field=column,
    )
