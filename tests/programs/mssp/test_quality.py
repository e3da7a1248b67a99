"""Quality of APP Plus by CMS's installed benchmarks, beside the table of decile cut points of 2026."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from corridor.law import load_rules
from corridor.programs.mips.book import installed_book
from corridor.programs.mips.points import measure_points
from corridor.programs.mssp.model import PROGRAMS
from tests.programs.command import corridor
from tests.programs.mips.home import installed

pytestmark = pytest.mark.heavy  # installs CMS's files of measures and benchmarks
TYPES = {"eCQM": "ecqm", "MIPS CQM": "mipscqm", "Medicare CQM": "medicare_cqm"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    return installed(tmp_path_factory.mktemp("qpp"), test_data)


def lower_ends(row: dict[str, str]) -> list[float | None]:
    """Where each decile begins, as printed: ``2.70 - 11.41``, ``>= 93.44``, ``--``."""
    found: list[float | None] = []
    for decile in range(1, 11):
        text = row[f"decile_{decile}"].removeprefix(">= ").removeprefix("<= ")
        found.append(None if text == "--" else float(text.split(" - ")[0]))
    return found


def test_a_rate_at_the_start_of_a_decile_earns_it(home: Path, test_data: Path) -> None:
    """mssp.md 7.8: every printed decile of 001, 112, 113, 134 and 236, by the cut points that are installed.

    Three of the installed ones have a third decimal where the table prints two (29.525 as 29.53).
    """
    force = load_rules(PROGRAMS).in_force(2026)
    book, _ = installed_book(home, force)
    checked = 0
    with (test_data / "mssp" / "app-plus-py2026-benchmarks.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            kind = TYPES.get(row["collection_type"])
            facts = book.get((row["measure_id"].split()[0], kind or ""))
            if kind is None or facts is None or facts.cuts is None or row["has_benchmark"] != "Yes":
                continue
            for decile, start in enumerate(lower_ends(row), start=1):
                if start is not None:
                    points = float(measure_points(start, facts.cuts, facts.inverse, force))
                    assert points == pytest.approx(decile, abs=0.001), (
                        row["measure_id"],
                        kind,
                        decile,
                        start,
                    )
                    checked += 1
    # 001, 236: three types of ten each; 134: ten, ten and seven; 112 and 113: Medicare CQM only
    assert checked == 30 + 30 + 27 + 20


def test_rates_become_a_quality_score(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """236SSP at 80 earns 9.5603 points, 001SSP at 30 3.9718 (mips.md 11, T6); 112, 113 are flat: 55 is 6.5.

    A rate with a percent sign (80%) is the same. 134SSP at 65.56 begins the sixth decile; 479, 484 and the
    survey are given:
    (9.5603 + 3.9718 + 6 + 6.5 + 6.5 + 5 + 5 + 6) / 80 = 48.5321 / 80 = 0.60665.
    """
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    file = tmp_path / "aco.csv"
    file.write_text(
        "aco_id,track,assigned_beneficiaries,benchmark_expenditure,performance_expenditure,agreement_start_year,"
        "minimum_savings_election,q236_medicare_cqm_rate,q001_medicare_cqm_rate,q134_medicare_cqm_rate,"
        "q112_medicare_cqm_rate,q113_medicare_cqm_rate,q479_administrative_claims_points,"
        "q484_administrative_claims_points,qcahps_1_cahps_points\n"
        "A9999,E,10000,100000000,97000000,2025,1%,80%,30,65.56,55,55,5,5,6\n"
    )
    row = corridor(capsys, "settle", "mssp", file, "--year", 2026, "--json").json()["rows"][0]
    assert row["quality_score"] == pytest.approx(0.60665, abs=5e-6)
    assert row["sharing_rate"] == pytest.approx(0.5 * 0.60665, abs=5e-6)
    assert {one["measure_id"] for one in row["measures"]} == {
        "001SSP", "112SSP", "113SSP", "134SSP", "236SSP", "321", "479", "484",
    }  # fmt: skip
    tree = corridor(
        capsys, "explain", "mssp", "A9999", "--file", file, "--year", 2026, "--quantity", "quality_share"
    ).out
    assert "mips_quality_score" in tree and "own_quality_score" in tree
