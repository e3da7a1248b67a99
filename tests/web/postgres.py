"""A PostgreSQL server of the tests' own, where its program is installed: its folder and socket are theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

WHY_NOT = "no PostgreSQL server program here (apt-get install postgresql): the state is tested on SQLite only"


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``: the newest of Debian's, else one in the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that runs until the block is left."""
    home = Path(mkdtemp(prefix="pg"))  # a socket's path is short, and its owner must reach it
    who = {} if os.getuid() else {"user": "postgres", "group": "postgres"}
    if who:
        shutil.chown(home, "postgres", "postgres")
    tools = programs()
    assert tools is not None

    def call(*command: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        subprocess.run(
            command, check=True, cwd=home, env=environment, stdout=subprocess.DEVNULL, timeout=120, **who
        )  # type: ignore[call-overload]

    data = str(home / "data")
    call(str(tools / "initdb"), "-D", data, "-U", "corridor", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
    try:
        call(str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
        yield f"postgresql://corridor@/postgres?host={quote(str(home))}"
    finally:
        call(str(tools / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
