"""corridor contract: triangle, statement, renewal, dispute; what a contract needs between settlements."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from corridor.cli.contract import app, day_of, say


@app.command()
def triangle(
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Payments by month of service; absent: the last run's claims."
    ),
    tin: str | None = typer.Option(None, "--tin", help="Only this practice."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Only what was paid by the month of a day."
    ),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml, for the last run's claims."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What is still to be paid for services of the past (IBNR), with a range: chain ladder and Mack.

    Example: corridor contract triangle payments.csv
    """
    from corridor.jobs.contract import triangle_of

    found, assumed = triangle_of(file, tin, day_of(as_known_on), config)
    answer = found.to_dict(assumed)
    if out is not None:
        from corridor.programs.writing import write_results

        cells = [
            {
                "service_month": row["service_month"],
                **{f"lag {n}": one for n, one in enumerate(row["cumulative"])},
            }
            for row in answer["triangle"]
        ]
        write_results(out, {"Months": answer["rows"], "Triangle": cells, "Assumptions": assumed})
    if as_json:
        say(answer)
        return
    lines = [
        f"Still to come: ${answer['ibnr']:,.0f}, range ${answer['ibnr_low']:,.0f} to "
        f"${answer['ibnr_high']:,.0f} ({answer['confidence']:.0%}); paid so far ${answer['paid']:,.0f}.",
        "",
        f"  {'service':<8} {'lag':>4} {'paid':>15} {'to the end':>11} {'still to come':>15} {'error':>13}",
    ]
    lines += [
        f"  {row['service_month']:<8} {row['lag']:>4} {row['paid']:>15,.0f} {row['factor_to_end']:>11.4f} "
        f"{row['ibnr']:>15,.0f} {row['standard_error']:>13,.0f}"
        for row in answer["rows"]
    ]
    typer.echo("\n".join(lines))


__all__ = ["app"]
