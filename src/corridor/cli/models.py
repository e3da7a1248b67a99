"""corridor models: every program and model with its days, its state, its successor."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def models(
    year: int | None = typer.Option(None, "--year", help="Only those with this performance year."),
    on: datetime | None = typer.Option(
        None, "--on", formats=["%Y-%m-%d"], help="What stands on a day; default: today."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with [overrides]."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """List every model: planned, active, ended (early); days, unit, Advanced APM by year, successor.

    Example: corridor models --year 2027 --json
    """
    from corridor.law import load_rules
    from corridor.programs.models.life import ADVANCED, DATED, FIRST
    from corridor.programs.models.life import models as listed
    from corridor.settings import load_settings

    settings = load_settings(config)
    rules = load_rules(
        ["models"],
        as_known_on=settings.as_known_on,
        overrides={k: v for k, v in settings.overrides.items() if k.startswith("models.")},
        proposed=settings.proposed,
    )
    day = on.date() if on else date.today()
    rows = listed(rules, day, year)
    if as_json:
        import json

        from corridor.programs.writing import plain

        assumed = rules.in_force(FIRST).assumptions([*DATED, *ADVANCED])
        answer = {
            "program": "models",
            "year": year,
            "on": day.isoformat(),
            "rows": rows,
            "assumptions": assumed,
        }
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False, default=str))
        return
    typer.echo(_text(rows, day, year))


def _text(rows: list[dict[str, Any]], day: date, year: int | None) -> str:
    counts = ", ".join(
        f"{sum(1 for row in rows if row['status'] == name)} {word}"
        for name, word in WORDS.items()
        if any(row["status"] == name for row in rows)
    )
    which = f" with a performance year {year}" if year is not None else ""
    lines = [
        f"{len(rows)} programs and models{which}; on {day}: {counts}.",
        "",
        f"{'model':<14} {'status':<12} {'first day':<11} {'last day':<11} "
        f"{'Advanced APM':<13} {'known by':<10} successor",
    ]
    for row in rows:
        advanced = row["advanced_apm"][-1]["advanced"] if row["advanced_apm"] else "?"
        lines.append(
            f"{row['model']:<14} {WORDS[row['status']]:<12} {_day(row['start_date']):<11} "
            f"{_day(row['end_date'], 'none read'):<11} {advanced:<13} {row['evidence']:<10} "
            f"{row['successor'] or ''}"
        )
        more = [row["name"], row["entity"], row["attribution"]]
        lines.append("  " + "; ".join([*more, *([row["remark"]] if row["remark"] else [])]))
    return "\n".join(lines)


WORDS = {"active": "active", "planned": "planned", "ended": "ended", "ended_early": "ended early"}


def _day(day: date | None, absent: str = "not read") -> str:
    return absent if day is None else day.isoformat()
