"""``corridor audit-log``: whether the application's audit log is whole, and the log as a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

app = typer.Typer()

HELP = """Check the chain of the application's audit log, and write the log to a file.

Each record holds the hash of the one before, so a changed or missing record shows. A log cut short at its
end shows only by a head that was noted earlier: give it with --head. A file that was written with --out is
checked by --file, without the state.

Example: corridor audit-log --head 9f2c... --out audit.jsonl
"""


@app.command(help=HELP)
def audit_log(
    head: str = typer.Option(
        "", "--head", metavar="HASH", help="A head noted earlier: it must be in the log."
    ),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write the log, one JSON a line."),
    file: Path | None = typer.Option(None, "--file", metavar="FILE", help="Check this file, not the state."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Walk the chain; the help text stands in HELP."""
    from corridor.web.audit_file import check, read_file, records_of_home, write_file

    records = read_file(file) if file is not None else records_of_home(config)
    found = write_file(records, out, head) if out is not None else check(records, head)
    row = {"records": found.records, "head": found.head, "whole": True, "file": str(out) if out else None}
    if as_json:
        json.dump({"program": None, "year": None, "rows": [row], "assumptions": []}, sys.stdout)
        sys.stdout.write("\n")
        return
    sys.stdout.write(f"The audit log is whole: {found.records:,} records.\nhead: {found.head}\n")
    if out is not None:
        sys.stdout.write(f"Wrote {out}\n")
