"""``corridor template``: an Excel form for every calculator, audit and load that takes a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

app = typer.Typer()


@app.command()
def template(
    name: str = typer.Argument("", metavar="[NAME]", help="The form; without one they are listed."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="Where to write; default: NAME.xlsx."
    ),
    blank: bool = typer.Option(False, "--blank", help="Without the worked example."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object: the forms, or the columns of one."),
) -> None:
    """An Excel form with units, checks and a worked example, for everything that takes a file.

    Example: corridor template low_volume --out ours.xlsx, then corridor settle low-volume ours.xlsx
    """
    from corridor.jobs.context import open_context
    from corridor.jobs.template import template as form_of
    from corridor.jobs.template import templates

    force = open_context(config).force
    if not name:
        found = templates(force)
        if as_json:
            rows = [
                {"name": one.name, "title": one.title, "source": one.source, "program": one.program}
                for one in found.values()
            ]
            _say(rows, None)
            return
        width = max(len(one) for one in found)
        for one in found.values():
            sys.stdout.write(f"{one.name:<{width}}  {one.title}  ({one.source})\n")
        return
    from corridor.jobs.template_book import write_template

    form = form_of(name, force)
    path = out or Path(f"{name}.xlsx")
    write_template(path, form, force, blank)
    if as_json:
        columns = [
            {
                "column": one.name,
                "unit": one.unit,
                "required": one.required,
                "filled": one.filled,
                "choices": list(one.choices),
                "least": one.least,
                "most": one.most,
                "about": one.about,
            }
            for one in form.fields
        ]
        _say(columns, str(path), form.commands(str(path)))
        return
    count = f"{len(form.fields)} column{'' if len(form.fields) == 1 else 's'}"
    sys.stdout.write(f"{form.title}: {path} ({count}). Fill it in, then:\n")
    sys.stdout.writelines(f"  {command}\n" for command in form.commands(str(path)))


def _say(rows: Sequence[Mapping[str, Any]], file: str | None, following: Sequence[str] = ()) -> None:
    found = {"program": None, "year": None, "rows": rows, "file": file, "next": following, "assumptions": []}
    json.dump(found, sys.stdout)
    sys.stdout.write("\n")
