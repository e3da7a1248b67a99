"""Running the command line in this process, as a shell would, and reading what it said."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from corridor.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit status, stdout and stderr."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """stdout as the one JSON object it must be."""
        return json.loads(self.out)


def corridor(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run ``corridor ARGUMENTS``."""
    before, sys.argv = sys.argv, ["corridor", *map(str, arguments)]
    capsys.readouterr()
    try:
        main()
        status = 0
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return Answer(status, captured.out, captured.err)
