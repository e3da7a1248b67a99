"""corridor risk: CMS-HCC risk scores for a list of people and their diagnoses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from corridor.jobs.risk import RiskScores

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SHOWN_ROWS = 40


@app.command()
def risk(
    people: Path = typer.Argument(
        ..., metavar="PEOPLE", help="CSV, Excel or Parquet: person_id, age, sex, ..."
    ),
    diagnoses: Path = typer.Argument(
        ..., metavar="DIAGNOSES", help="CSV, Excel or Parquet: person_id, code."
    ),
    model: str = typer.Option(
        "v28", "--model", help="v24, v28, esrd_v24, esrd_v21, or blend: those of the year."
    ),
    year: int | None = typer.Option(
        None, "--year", help="Payment year; else that of the newest coefficients."
    ),
    explain: str | None = typer.Option(
        None, "--explain", metavar="PERSON", help="The parts of one person's score; all for everyone."
    ),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="Use another value of a rule; repeatable."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with [overrides]."),
    out: Path | None = typer.Option(None, "--out", help="Also write .csv, .parquet, .json or .xlsx."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Risk scores for a list of people, by CMS's own models: the CMS-HCC tables must be installed.

    PEOPLE: person_id, age (on 1 February of the payment year), sex, dual_status, original_reason,
    institutional, new_enrollee; for ESRD also esrd_status and graft_months. DIAGNOSES: person_id, code.

    Example: corridor risk people.csv diagnoses.csv --model v28 --year 2026 --json
    """
    from corridor.cli.settle import check_out
    from corridor.engine.warehouse import Warehouse
    from corridor.jobs.risk import as_json as to_json
    from corridor.jobs.risk import score_people, write_scores
    from corridor.law import load_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    rules = load_rules(
        ["risk"],
        as_known_on=settings.as_known_on,
        overrides={name: value for name, value in settings.overrides.items() if name.startswith("risk.")}
        | _overrides(overrides),
        proposed=settings.proposed,
    )
    if out is not None:
        for given in (people, diagnoses):
            check_out(out, given)
    scores = score_people(
        people,
        diagnoses,
        rules,
        Warehouse.open(settings.home_folder()),
        model,
        year,
        "*" if explain == "all" else explain,
        settings.threads,
    )
    for warning in scores.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        write_scores(out, scores)
    typer.echo(to_json(scores) if as_json else _text(scores))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _overrides(texts: list[str]) -> dict[str, object]:
    import json

    from corridor.errors import CorridorError

    given: dict[str, object] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not name.strip().startswith("risk.") or not value:
            raise CorridorError(
                "RISK-OVERRIDE",
                f"{text!r} is not RULE=VALUE of a rule of risk scores.",
                todo="Write for instance --set risk.use_proposed_coefficients=false.",
                field="--set",
            )
        try:
            given[name.strip()] = json.loads(value.strip())
        except json.JSONDecodeError:
            given[name.strip()] = value.strip()
    return given


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _text(scores: RiskScores) -> str:
    """The scores for a reader: what they rest on, the rows, the parts, what was assumed."""
    editions = "; ".join(
        f"{one['model']}: mapping {one['mapping_vintage']}, coefficients {one['coefficient_vintage']} "
        f"({one['coefficient_status']})"
        for one in scores.editions
    )
    counts = scores.inputs
    lines = [
        f"Risk scores of {_counted(counts.people, 'person', 'people')} for payment year {scores.year}, "
        f"{_counted(counts.diagnoses, 'diagnosis row')}. {editions}",
        f"Of the rows {counts.codes_without_hcc:,} hold a code that counts for no HCC, "
        f"{counts.unknown_codes:,} no ICD-10 code.",
        "",
        f"{'person_id':<20} {'segment':<34} {'raw':>8} {'normalised':>10} {'payment':>8}  HCCs",
    ]
    for row in scores.rows[:SHOWN_ROWS]:
        figures = "".join(
            f"{'':>{width}}" if row[name] is None else f"{row[name]:>{width}.3f}"
            for name, width in (("raw_score", 9), ("normalised_score", 11), ("payment_score", 9))
        )
        hccs = " ".join(map(str, row["hccs"]))
        lines.append(f"{row['person_id']:<20.20} {row['segment'] or 'not scored':<34}{figures}  {hccs}")
    if len(scores.rows) > SHOWN_ROWS:
        lines.append(f"... and {len(scores.rows) - SHOWN_ROWS:,} more; --json or --out hold all of them")
    for person, parts in list(scores.parts.items())[:SHOWN_ROWS]:
        lines += ["", f"Parts of {person}"]
        lines += [
            f"  {part['model']:<9} {part['term']:<34} {part['coefficient']:>9.3f}  "
            f"{part['kind']}, {part['source']}"
            for part in parts
        ]
        lines.append(f"  {'sum':<44} {sum(part['coefficient'] for part in parts):>9.3f}")
    lines += ["", f"{len(scores.assumptions)} parameters under these scores are not codified or official:"]
    lines += [f"  {one['rule']} ({one['status']}; {one['cite']})" for one in scores.assumptions]
    return "\n".join(lines)
