"""What the report reads of a run: every table, its columns, and what is missing without it.

A table that a run did not make reads as empty, and the part of the report that needs it says what to load.
Columns a table does not have read as absent. `docs/report.md` prints this list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Row = dict[str, Any]
Key = tuple[str, str]
"""TIN and NPI: a clinician under one practice."""


class RunLike(Protocol):
    """What the report needs of a run; `corridor.engine.runs.Run` is one."""

    home: Path
    run_id: str
    manifest: dict[str, Any]

    def has(self, table: str) -> bool:
        """Whether the run made this table."""

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, one dict a row."""


@dataclass(frozen=True)
class Reading:
    """One table the report reads: the columns it uses and the section that shows them."""

    table: str
    columns: tuple[str, ...]
    shows: str


READINGS: tuple[Reading, ...] = (
    Reading(
        "asm.result",
        (
            "performance_year",
            "tin",
            "npi",
            "cohort",
            "clinician_name",
            "final_score",
            "transformed_final_score",
            "scaling_factor",
            "payment_adjustment_factor",
            "payment_multiplier",
            "dollars",
            "risk_level",
            "quality_score",
            "cost_score",
            "improvement_activities_adjustment",
            "promoting_interoperability_adjustment",
            "complex_patient_bonus",
            "small_practice_bonus",
        ),
        "scores, dollars, the clinician pages and letters",
    ),
    Reading(
        "asm.interval",
        ("tin", "npi", "cohort", "final_score_low", "final_score_high", "dollars_low", "dollars_high"),
        "the range of score and dollars that the cost interval leaves open",
    ),
    Reading(
        "asm.clinician_input",
        (
            "performance_year",
            "tin",
            "npi",
            "cohort",
            "clinician_name",
            "part_b_paid",
            "panel_coverage",
            "beneficiaries",
            "practice_size",
            "indicative",
            "interval_low",
            "interval_high",
            "part_b_origin",
            "part_b_paid_loaded",
            "part_b_paid_published",
            "part_b_published_year",
        ),
        "names, Part B payments, panel coverage",
    ),
    Reading(
        "asm.eligibility",
        (
            "performance_year",
            "tin",
            "npi",
            "cohort",
            "specialty_code",
            "specialty_claims",
            "attributed_episodes",
            "cbsa",
            "area_mandatory",
            "eligible",
            "reason",
            "listed_by_cms",
            "list_difference",
        ),
        "who is in and why",
    ),
    Reading(
        "asm.measure_input",
        (
            "performance_year",
            "tin",
            "npi",
            "measure_id",
            "collection_type",
            "rate",
            "eligible_cases",
            "data_completeness",
            "reported",
        ),
        "measures of a clinician",
    ),
    Reading(
        "measures.asm_cost",
        (
            "performance_year",
            "cohort",
            "tin",
            "npi",
            "attributed_episodes",
            "cost_ratio",
            "cost_per_episode",
            "interval_low",
            "interval_high",
            "imputed_share",
            "scored",
        ),
        "the cost funnel",
    ),
    Reading(
        "asm.dollars_by_year",
        ("tin", "npi", "payment_year", "risk_level", "factor", "dollars"),
        "dollars by payment year",
    ),
    Reading("asm.lever", ("tin", "npi", "measure", "change", "dollars"), "what a decile is worth"),
    Reading("asm.national_cohort", ("cohort", "final_score"), "the distribution of peers"),
    Reading(
        "episodes.chronic_episode",
        ("episode_id", "cohort", "tin", "episode_start", "episode_end", "episode_days", "excluded"),
        "episodes of a clinician",
    ),
    Reading(
        "episodes.chronic_attribution", ("episode_id", "tin", "npi", "share", "attributed"), "whose episode"
    ),
    Reading(
        "episodes.chronic_cost",
        ("episode_id", "assigned_cost", "observed_cost", "expected_cost", "ratio", "imputed_share"),
        "what an episode costs",
    ),
    Reading(
        "episodes.chronic_service",
        (
            "episode_id",
            "source_id",
            "claim_id",
            "claim_line_number",
            "service_category",
            "service_date",
            "standardized_amount",
            "imputed",
        ),
        "services of an episode, and where the dollars of a clinician go",
    ),
    Reading(
        "asm.measure_score",
        ("tin", "npi", "measure_id", "points", "counted", "outcome", "benchmark"),
        "points",
    ),
    Reading("asm.cohort", ("cohort", "neutral_score", "cost_median"), "the score that breaks even"),
    Reading(
        "asm.year_used", ("cohort", "data_year", "measure_year", "paid_year"), "which years stand for others"
    ),
    Reading("asm.assumption", ("rule", "value", "unit", "status", "cite", "about"), "assumptions"),
    Reading(
        "claims.quality_count",
        ("claim_type_code", "service_month", "lines", "claims", "people", "paid_amount"),
        "dollars by claim type and month",
    ),
)


def columns_of(run: RunLike, table: str) -> tuple[str, ...]:
    """The columns of a table; empty where the run did not make it."""
    if not run.has(table):
        return ()
    return tuple(str(row["column_name"]) for row in run.query(f"describe {table}"))


def rows_of(run: RunLike, table: str, order: Sequence[str], where: str = "") -> list[dict[str, Any]]:
    """All rows of a table in a full order; empty where the run did not make it. `order`: columns, absent
    ones skipped.
    """
    present = columns_of(run, table)
    if not present:
        return []
    keys = [key for key in order if key in present]
    ordering = f" order by {', '.join(keys)}" if keys else ""
    condition = f" where {where}" if where else ""
    return run.query(f"select * from {table}{condition}{ordering}")


def key_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """(tin, npi) of a row, the key of a clinician."""
    return str(row.get("tin") or ""), str(row.get("npi") or "")
