"""corridor init: a commented corridor.toml to start from."""

from __future__ import annotations

from pathlib import Path

import typer

from corridor.errors import CorridorError

app = typer.Typer(add_completion=False, rich_markup_mode=None)

TEMPLATE = """\
# Settings of Corridor. Every line that is commented out shows the default, or an example.
# Check the rules that follow from it with: corridor rules asm

# The folder of loaded claims, results and installed reference files. $CORRIDOR_HOME beats it.
# home = "corridor-data"

# The name on reports.
# organisation = "Example Heart Group"
# The data are nobody's, and reports say so.
# synthetic = false

# The programs to compute, and the performance year (ASM 2027 is paid in 2029).
programs = ["asm"]
# year = 2027

# The law as it was known on a day; without it, as it is known now.
# as_known_on = 2026-11-01
# Let rules that are only proposed displace those in force.
# proposed = false

# ASM is a contest within a cohort. "national": settle inside the national cohort. "alone": settle your
# own clinicians against each other, a zero-sum game that says little about real dollars.
# cohort = "national"

# Below this share of a clinician's panel in the loaded claims, a result is called indicative.
# indicative_below_coverage = 0.5

# The seed of everything that is drawn: the same seed gives the same result.
# seed = 1

# The engine; without these, all cores and most of the memory.
# threads = 2
# memory_limit = "4GB"
# "spark" computes the SQL steps on Apache Spark; see docs/spark.md.
# engine = "duckdb"
# [spark]
# master = "spark://head-node:7077"
# [spark.conf]
# "spark.executor.memory" = "24g"

# The Medicare locality that services are priced in where neither claim nor roster tells it.
# [billing]
# mac = "10112"
# locality = "00"

# What may be sent to the application in the browser: a delivery at most, and what stays free on the disk.
# [uploads]
# most_gigabytes = 100
# free_gigabytes = 2

# Who may sign in to the application: local accounts, or an OpenID Connect issuer; see docs/web-identity.md.
# [web]
# local_accounts = true
# [web.openid]
# issuer = "https://login.example.org"
# client_id = "corridor"

# Corridor cannot encrypt what it writes: with encrypt = true it refuses to work. Use an encrypted disk.
# [storage]
# encrypt = false

# What to load: one block for each format, paths relative to this file.
# [[sources]]
# format = "cclf"
# paths = ["cclf/2027-01", "cclf/2027-02"]
#
# [[sources]]
# format = "roster"
# paths = ["roster.csv"]

# Your own values in place of the law's. They keep the unit of the rule, are marked as overridden in every
# result, and count as assumed. A table is replaced as a whole. List the names with: corridor rules
[overrides]
# "asm.logistic_steepness" = 0.08
# "asm.cost_point_preset" = "CENTER_5_5"
# "asm.trigger_gap_days" = [
#   {cohort = "heart_failure", days = 180},
#   {cohort = "low_back_pain", days = 60},
# ]
"""


@app.command()
def init(
    folder: Path = typer.Argument(Path(), metavar="[DIR]", help="Where to write corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Write a commented corridor.toml. An existing one is never overwritten.

    Example: corridor init my-practice
    """
    import json

    file = folder / "corridor.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(TEMPLATE)
    except FileExistsError as error:
        taken = file if file.exists() else folder
        raise CorridorError(
            "SETTINGS-EXISTS",
            f"{taken.name} exists already.",
            why="It is never overwritten: it may hold your own values.",
            todo="Edit it, move it away, or name another folder.",
            file=taken,
        ) from error
    if as_json:
        typer.echo(json.dumps({"rows": [{"file": str(file)}]}))
    else:
        typer.echo(f"Wrote {file}. Next: corridor rules asm")
