"""The same steps on Apache Spark: chosen with ``engine = "spark"`` in corridor.toml.

    casts      conversions of numbers that round as DuckDB's do
    prelude    the ten functions of the prelude, written into the step that calls them
    translate  a step's DuckDB SQL as Spark SQL: every difference between the engines is mended there
    types      the type of a stored column, as Spark names it
    session    how a Spark session is opened: quiet, offline, nothing left behind
    runner     a run whose SQL steps are computed by Spark; Python steps run on the driver

Needs the extra ``corridor[spark]`` and Java 17 or newer. docs/spark.md says how to point it at a cluster.
"""

from corridor.engine.spark.runner import SparkRunner
from corridor.engine.spark.translate import translate

__all__ = ["SparkRunner", "translate"]
