"""Every audit against its cases: each finding of the rule text, each near miss."""

from __future__ import annotations

from typing import Any

import pytest

from tests.billing.audit_bench import STEPS, findings, read_cases, shown

GIVEN = ("discharges", "focal", "groups", "listed", "part_b", "rvu", "overrides")
CASES = [
    pytest.param(audit, case, id=f"{audit}: {case['name']}") for audit in STEPS for case in read_cases(audit)
]


@pytest.mark.parametrize(("audit", "case"), CASES)
def test_case(audit: str, case: dict[str, Any]) -> None:
    given = {name: case[name] for name in GIVEN if name in case}
    assert shown(findings(audit, case["lines"], **given)) == sorted(case["expect"]), case["cite"]
