"""A derivation has the value that was settled, and goes down to the benchmark and the line of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.mips.compute import settle
from corridor.programs.mips.door import read_mips_file
from tests.programs.command import corridor

HEADER = (
    "tin,npi,participation,pathway,practice_size,final_score,quality_percent,cost_percent,q236_rate,"
    "q236_median,q236_deviation,q236_inverse,q001_points,cost_hf_1_value,cost_hf_1_median,"
    "cost_hf_1_deviation,improvement_activities_attested,pi_ep_1_numerator,pi_ep_1_denominator,"
    "pi_ep_2,pi_hie_5,pi_pea_1_numerator,pi_pea_1_denominator,pi_phcdrr_1,pi_phcdrr_3_ex_1,"
    "interoperability_statements_made,facility_quality_percent,facility_cost_percent,part_b_paid"
)
FILE = f"""{HEADER}
123456789,A,,,,88.5,,,,,,,,,,,,,,,,,,,,,,,1000
123456789,B,,,9,,70,60,,,,,,,,,1,,,,,,,,,,,,2000
123456789,C,,,20,,,,60,50,10,No,7,900,1000,100,2,50,100,Yes,Yes,70,100,Yes,Yes,Yes,,,3000
123456789,D,apm_entity,app,,,,,60,50,10,Yes,8,,,,,,,,,,,,,,,,4000
123456789,E,,,,,30,30,,,,,,,,,2,,,,,,,,,,80,85,5000
123456789,E,group,,,,90,90,,,,,,,,,2,,,,,,,,,,,,5000
"""
QUANTITIES = ("final_score", "payment_adjustment_factor", "dollars", "quality_percent", "cost_percent",
              "promoting_interoperability_percent", "quality_weight")  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
def test_every_derivation_has_the_value_that_was_settled(tmp_path: Path, whole: bool) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(FILE, encoding="utf-8")
    rules = load_rules(["mips", "qp"])
    result = settle(read_mips_file(path, rules.in_force(2025)), {}, rules, 2025, whole_cohort=whole)
    columns = result.columns()
    assert columns["facility_based"].tolist() == [False, False, False, False, True, False]
    assert columns["counts"].tolist() == [True, True, True, True, False, True]
    for row in range(len(result.final_score)):
        for quantity in QUANTITIES:
            settled = float(columns[quantity][row])
            if np.isnan(settled):
                continue
            derived = result.explain(row, quantity).value
            assert derived == pytest.approx(settled, rel=1e-12), (row, quantity)


def leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    if not node["children"]:
        return [node]
    return [leaf for child in node["children"] for leaf in leaves(child)]


def test_the_command_derives_a_score(tmp_path: Path, warehouse_home: Path, capsys: Any) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(FILE, encoding="utf-8")
    found = corridor(capsys, "explain", "mips", "C", "--file", path, "--year", 2025, "--national", "--json")
    assert found.status == 0, found.err
    (row,) = found.json()["rows"]
    assert row["quantity"] == "dollars" and row["value"] == row["tree"]["value"]
    named = {leaf["name"]: leaf for leaf in leaves(row["tree"])}
    assert named["part_b_paid"]["evidence"] == "scores.csv, line 4, column part_b_paid"
    assert named["rate"]["evidence"] == "scores.csv, line 4"
    assert {"mips_threshold", "band_deviations"} <= named.keys()
    assert {"mips.case_minimum"} <= {record["rule"] for record in found.json()["assumptions"]}
    text = corridor(
        capsys, "explain", "mips", "C", "--file", path, "--year", 2025, "--quantity", "final_score"
    )
    assert "final score" in text.out and "cost_contribution" in text.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("A",), "NO-RUN"),
        (("Z", "--file"), "EXPLAIN-NOT-FOUND"),
        (("A", "--quantity", "luck", "--file"), "EXPLAIN-QUANTITY"),
    ],
)
def test_what_cannot_be_derived_is_said(
    tmp_path: Path, warehouse_home: Path, capsys: Any, arguments: tuple[str, ...], code: str
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(FILE, encoding="utf-8")
    given = [*arguments, path] if arguments[-1] == "--file" else list(arguments)
    assert code in corridor(capsys, "explain", "mips", *given).err


def test_a_run_that_did_not_reach_mips_is_said(
    warehouse_home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stub:
        home = warehouse_home

        def has(self, table: str) -> bool:
            return False

    monkeypatch.setattr("corridor.engine.runs.open_run", lambda home=None: Stub())
    assert "MIPS-NO-TABLE" in corridor(capsys, "explain", "mips", "A").err
