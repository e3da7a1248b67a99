"""``corridor serve``: the application over the last complete run, for people with accounts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

app = typer.Typer()

HELP = """Serve the application: pages and API over the last complete run, for people with accounts.

It listens on this machine only, unless told otherwise. The first time it prints a setup token, with which the
first administrator is made in the browser. Stop it with Ctrl-C; a run or load may go on beside it.

Example: corridor serve

Example: corridor serve --host 0.0.0.0 --name corridor.example.org
"""


@app.command(help=HELP)
def serve(
    host: str = typer.Option("127.0.0.1", "--host", help="The address to listen on."),
    port: int = typer.Option(8321, "--port", min=1, max=65535, help="The port to listen on."),
    certificate: Path | None = typer.Option(None, "--certificate", help="Serve https with this certificate."),
    key: Path | None = typer.Option(None, "--key", help="The key of the certificate."),
    name: str = typer.Option("", "--name", help="Host name of the https proxy in front of it."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(
        False, "--json", help="Where it listens, as one JSON object; then it serves."
    ),
) -> None:
    """Hand over to the server; the help text stands in HELP."""
    from corridor.web.serve import Listening, open_bench
    from corridor.web.serve import serve as start

    listening = Listening(host, port, certificate, key, name)
    listening.check()
    bench = open_bench(config, listening)
    token = bench.setup.token
    if as_json:
        where = {"address": listening.address, "home": str(bench.home), "setup_token": token or None}
        sys.stdout.write(
            json.dumps({"program": None, "year": None, "rows": [where], "assumptions": []}) + "\n"
        )
    else:
        sys.stdout.write(f"Corridor is at {listening.address}\n")
        sys.stdout.write(f"warehouse: {bench.home}\n")
        if token:
            sys.stdout.write(f"setup token, for the first administrator: {token}\n")
        sys.stdout.write("Stop it with Ctrl-C.\n")
    sys.stdout.flush()
    start(bench, listening)
