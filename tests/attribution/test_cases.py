"""Assignment, alignment and the lists, against small cases worked by hand from the text of the rules.

Every case cites its paragraph and shows its arithmetic. It runs through the step files themselves.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.attribution.bench import Row, case_bench

FOLDER = Path(__file__).parents[1] / "cases" / "attribution"


def load_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", load_cases())
def test_case(case: dict[str, Any]) -> None:
    assert case["cites"] and case["arithmetic"], "a case cites its paragraph and shows its arithmetic"
    bench = case_bench(case)
    for table, expected in case["expect"].items():
        found = bench.run(f"attribution.{table}")
        for row in expected:
            same = [one for one in found if _matches(one, row.get("where", {}))]
            assert len(same) == 1, f"{table}: {len(same)} rows for {row.get('where')}: {found}"
            for name, value in row.items():
                if name != "where":
                    assert _equal(same[0][name], value), f"{table}.{name}: {same[0][name]!r}, not {value!r}"
    for table, count in case.get("rows", {}).items():
        assert len(bench.run(f"attribution.{table}")) == count, table


def _matches(row: Row, where: dict[str, Any]) -> bool:
    return all(row[name] == value for name, value in where.items())


def _equal(found: Any, expected: Any) -> bool:
    if isinstance(found, Decimal):
        return expected is not None and found == Decimal(str(expected))
    if isinstance(found, float) and expected is not None:
        return found == pytest.approx(float(expected), abs=5e-7)
    return bool(found == expected)
