"""corridor exposure: what a health system may lose and gain in every program and year, jointly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.scenarios.exposure import Exposure

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def exposure(
    file: Path = typer.Argument(..., metavar="FILE", help="The system: a YAML file (docs/exposure.md)."),
    only: list[str] = typer.Option(
        [], "--only", metavar="LINE", help="A program or the name of a line that is on; repeatable."
    ),
    draws: int | None = typer.Option(None, "--draws", min=0, max=100_000, help="Draws of each year."),
    no_chance: bool = typer.Option(False, "--no-chance", help="No draws: the programs' own settlements."),
    seed: int | None = typer.Option(None, "--seed", min=0, help="Another seed."),
    horizon: int | None = typer.Option(None, "--horizon", min=2020, max=2100, help="The last year."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="Use another value of a rule; repeatable."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with [overrides]."),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Every program of a health system, every year: downside, expected, upside, by entity and clinician.

    Example: corridor exposure docs/samples/exposure/system.yaml --only team --only mssp --json
    """
    from corridor.cli.settle import check_out, stated_overrides
    from corridor.jobs.exposure import exposure_of
    from corridor.programs.writing import plain, write_results
    from corridor.settings import load_settings

    if out is not None:
        check_out(out, file)
    found = exposure_of(
        file, only=only, draws=0 if no_chance else draws, settings=load_settings(config),
        horizon=horizon, seed=seed, overrides=stated_overrides(overrides),
    )  # fmt: skip
    answer = found.to_dict()
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        assumed = [{**one, "value": _cell(one["value"])} for one in answer["assumptions"]]
        sheets = {"Rows": answer["rows"], "Totals": answer["totals"], "Assumptions": assumed}
        write_results(out, sheets)
    if as_json:
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, default=str))
    else:
        typer.echo(_text(found))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else "table"


def _text(found: Exposure) -> str:
    system = found.system.described
    whole = next((one for one in found.totals if one["scope"] == "system"), None)
    how = f"{found.draws:,} joint draws" if found.draws else "without chance"
    lines = [f"{system.system}, {found.first} to {found.horizon}, {how}."]
    if system.fictitious:
        lines.append("All members and figures are fictitious.")
    if whole is None:
        return "\n".join([*lines, "No line has dollars in these years."])
    lines += ["", f"{'':<34} {'downside':>15} {'expected':>15} {'upside':>15} {'loss':>7}"]
    lines += _totals(found, "performance_year", "year")
    lines += _totals(found, "program", "program")
    lines += _totals(found, "entity", "member")
    lines += _totals(found, "clinician", "clinician")
    lines += ["all", _line("together", whole)]
    if found.draws:
        lines += [
            "",
            f"The parts' own downsides added are {whole['sum_of_downsides']:,.0f}; jointly it is "
            f"{whole['downside']:,.0f}: {whole['diversification']:,.0f} by not going wrong all at once.",
        ]
    if whole["interaction"]:
        lines.append(f"What one program sets aside of another: {whole['interaction']:,.0f} expected.")
    lines += _notes(found)
    if found.not_computed:
        lines += ["", "Programs act on one another where no rule that was read says how:"]
        lines += [f"  {one}" for one in found.not_computed]
    assumed = found.assumptions
    lines += ["", f"{len(assumed)} assumptions under these figures; yours where it says given:"]
    for one in assumed:
        value = "" if _cell(one["value"]) in (None, "table") else f" = {one['value']}"
        since = f" from {one['year']}" if one.get("year") else ""
        where = f" ({one['line']}{since})" if one.get("line") else ""
        lines.append(f"  {one['status']:<10} {one['rule']}{value}{where}")
    return "\n".join(lines)


def _notes(found: Exposure) -> list[str]:
    """What must be said of single years, those of one note together."""
    said: dict[tuple[str, str, str], list[int]] = {}
    for row in found.rows:
        if row["note"] and row["status"] not in ("not_begun", "before_form"):
            note = row["note"].removesuffix(f" of {row['performance_year']}")
            said.setdefault((row["line"], row["id"], note), []).append(row["performance_year"])
    if not said:
        return []
    lines = ["", "Of single years:"]
    for (line, name, note), years in said.items():
        when = str(years[0]) if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
        lines.append(f"  {line} {name}, {when}: {note}")
    return lines


def _totals(found: Exposure, scope: str, title: str) -> list[str]:
    """The totals of a scope over all years; of years themselves, each."""
    by_year = scope == "performance_year"
    rows = [one for one in found.totals if one["scope"] == scope and (one["year"] is not None) == by_year]
    if not rows:
        return []
    return [title, *(_line(str(one["year"] if by_year else one["name"] or one["key"]), one) for one in rows)]


def _line(name: str, one: dict[str, Any]) -> str:
    return (
        f"  {name:<32.32} {one['downside']:>15,.0f} {one['expected']:>15,.0f} {one['upside']:>15,.0f} "
        f"{one['probability_of_loss']:>7.1%}"
    )
