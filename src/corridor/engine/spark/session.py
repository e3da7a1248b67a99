"""How a Spark session is opened: the settings the answers depend on, quiet, offline, nothing left behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# The answers depend on these: they are the same on every cluster, and a user's conf cannot change them.
FIXED = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    "spark.sql.groupByOrdinal": "true",
    "spark.sql.groupByAliases": "true",
    "spark.sql.legacy.sizeOfNull": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.writeLegacyFormat": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.sources.partitionOverwriteMode": "static",
}
# Sensible, and the user's to change.
DEFAULTS = {
    "spark.app.name": "corridor",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.adaptive.enabled": "true",
    # files are listed by the driver, one by one: no job is worth starting for fewer than so many
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
LOCAL_DEFAULTS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def flat(conf: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """A conf table of corridor.toml as Spark wants it: dotted names, values as text."""
    found: dict[str, str] = {}
    for key, value in conf.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def require_spark() -> None:
    """Refuse where pyspark is not installed. Raises SPARK-MISSING."""
    if find_spec("pyspark") is None:
        raise CorridorError(
            "SPARK-MISSING",
            "Spark is not installed.",
            why='With engine = "spark" the SQL steps run there.',
            todo="Install it with: pip install 'corridor[spark]'; or set engine = \"duckdb\".",
            field="engine",
        )


@contextmanager
def open_session(master: str | None, conf: Mapping[str, Any], scratch: Path) -> Iterator[SparkSession]:
    """A session with the fixed settings: one of our own, or a new one beside a session that runs already.

    ``master`` None leaves the choice to spark-submit or to the session that is there. What Java prints goes
    to scratch/spark.log. Our own session is stopped at the end.
    Raises SPARK-MISSING, SPARK-CONF, SPARK-START.
    """
    wanted = flat(conf)
    clash = sorted(set(wanted) & set(FIXED))
    if clash:
        raise CorridorError(
            "SPARK-CONF",
            f"{clash[0]} cannot be set: it is always {FIXED[clash[0]]}.",
            why="The answers depend on it: money, dates and overflow would differ from DuckDB's.",
            todo="Remove it from the table spark.conf.",
            field=clash[0],
        )
    require_spark()
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    base = running or _start(master, wanted, scratch)
    session = base.newSession()
    for key, value in {**_runtime(wanted), **FIXED}.items():
        session.conf.set(key, value)
    try:
        yield session
    finally:
        if running is None:
            _stop(base)


def _stop(session: SparkSession) -> None:
    """Stop Spark and its Java: the memory is wanted for what comes after the run."""
    from pyspark import SparkContext

    session.stop()
    gateway = SparkContext._gateway
    if gateway is not None and getattr(gateway, "proc", None) is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


def _runtime(wanted: Mapping[str, str]) -> dict[str, str]:
    """What may be set on a session that runs already: the settings of Spark SQL."""
    return {key: value for key, value in wanted.items() if key.startswith("spark.sql.")}


def _start(master: str | None, wanted: Mapping[str, str], scratch: Path) -> SparkSession:
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise _not_started("Java is not there", "Install Java 17 or newer, or set JAVA_HOME.")
    scratch.mkdir(parents=True, exist_ok=True)
    settings = {**DEFAULTS, "spark.sql.warehouse.dir": (scratch / "warehouse").absolute().as_uri()}
    if master is None and "PYSPARK_GATEWAY_PORT" not in os.environ:  # which spark-submit sets
        master = "local[*]"
    if master is not None:
        settings["spark.master"] = master
        if master.startswith("local"):
            settings |= {**LOCAL_DEFAULTS, "spark.local.dir": str(scratch.absolute())}
    # what Java puts aside goes with the rest
    settings["spark.driver.defaultJavaOptions"] = f"-Djava.io.tmpdir={scratch.absolute()}"
    spark_conf = SparkConf(loadDefaults=False).setAll(list({**settings, **wanted}.items()))
    log = scratch / "spark.log"
    try:
        gateway = SparkContext._gateway
        if gateway is None:
            # Java writes to its own file: standard output belongs to the command's answer
            with log.open("ab") as out:
                gateway = launch_gateway(spark_conf, {"stdout": out, "stderr": out})  # type: ignore[no-untyped-call]
        SparkContext._ensure_initialized(gateway=gateway, conf=spark_conf)
        session = SparkSession.builder.config(conf=spark_conf).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise _not_started(_last_line(log) or str(error).splitlines()[0], _TODO) from error
    except Exception as error:  # what Java throws has no class of its own here
        raise _not_started(str(error).splitlines()[0], _TODO) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


_TODO = "Check `master` and the table spark.conf in corridor.toml, and Java (17 or newer)."


def _last_line(log: Path) -> str:
    """The last thing Java said that is an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if "rror" in line or "xception" in line), "")


def _not_started(what: str, todo: str) -> CorridorError:
    return CorridorError(
        "SPARK-START",
        f"Spark could not be started: {what}.",
        why='With engine = "spark" the SQL steps run there.',
        todo=todo,
        field="spark.master",
    )
