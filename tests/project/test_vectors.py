"""No vector of a rule file goes without its golden test: tests/cases/vectors.yaml against cases and tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parents[1]
LISTED = yaml.safe_load((TESTS / "cases" / "vectors.yaml").read_text(encoding="utf-8"))


def names(document: Any) -> list[str]:
    """The name of every case of a file, wherever it stands."""
    if isinstance(document, dict):
        own = [str(document["name"])] if "name" in document else []
        return own + [name for value in document.values() for name in names(value)]
    return [name for one in document for name in names(one)] if isinstance(document, list) else []


@pytest.mark.parametrize("program", LISTED)
def test_every_vector_is_a_case_of_the_command_line(program: str) -> None:
    listed = LISTED[program]
    own = listed.get("own", {})
    cases = names(yaml.safe_load((TESTS / "cases" / listed["cases"]).read_text(encoding="utf-8")))
    assert cases
    for number in range(1, listed["vectors"] + 1):
        if number in own:
            continue
        label = re.compile(rf"\b{re.escape(listed['label'].format(n=number))}(?![0-9.])")
        heads = [name.split(":")[0] for name in cases]
        assert any(label.search(name) for name in heads), f"{program}: no case of vector {number}"
    for test in (listed["test"], *own.values()):
        path, _, name = test.partition("::")
        text = (TESTS / path).read_text(encoding="utf-8")
        assert f"def {name}(" in text, test
        body = text.partition(f"def {name}(")[2].partition("\ndef ")[0]
        assert re.search(r"corridor\(|settle_rows\(|answered\(", body), f"{test} passes the command line by"
