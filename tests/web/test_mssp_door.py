"""The form of MSSP counts who earns and who owes as the command line does, and bears holes in CMS's file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corridor.settings import load_settings
from corridor.web.forms.model_doors import _mssp

HEADER = (
    "ACO_ID,Current_Track,N_AB,ABtotBnchmk,ABtotExp,MinSavPerc,GenSaveLoss,EarnSaveLoss,Met_QPS,QualScore,"
)
HEADER += "DisAdj"


def answered(tmp_path: Path, *rows: str) -> Any:
    file = tmp_path / "results_2022.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n")
    context = SimpleNamespace(settings=load_settings(None), warehouse=SimpleNamespace(home=None))
    asked: Any = SimpleNamespace(files={"file": file}, year=2022, context=context)
    return _mssp(asked)


def test_less_than_half_a_dollar_is_neither_earned_nor_owed(tmp_path: Path) -> None:
    """2,000,001 x 0.4 = 800,000.40, of which 800,000 is forgiven: nobody owes 40 cents."""
    found = answered(
        tmp_path,
        "A1,EN,20000,100000000,102000001,1.00%,-2000001,0,1,85.00%,-800000",
        "A2,E,20000,100000000,97000000,1.00%,3000000,1470000,1,85.00%,-",
    )
    assert "1 earn, 0 owe" in found.sentence


def test_an_aco_that_cannot_be_settled_counts_for_neither(tmp_path: Path) -> None:
    found = answered(tmp_path, "A1,E,20000,-,97000000,1.00%,3000000,1470000,1,85.00%,-")
    assert "0 earn, 0 owe" in found.sentence
